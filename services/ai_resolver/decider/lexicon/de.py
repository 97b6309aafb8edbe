"""German."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

GERMAN = Lexicon(
    question="""
        ^was, und was, was ist, was kostet, was sagt, was passiert, was machen, was soll, was haben, was
        tun, was nun, !wann, wann, wo, warum, wieso, weshalb, !wie, !wer, wen, wem, wessen, welche*, wohin,
        woher, worauf, wofür, woran, ob, wieviel, gibt es, haben sie, hat er, hat der, können sie, könnten
        sie, können wir, könnten wir, sollen wir, sollten wir, dürfen wir, darf ich, kann ich, kannst du,
        könntest du, hast du, habt ihr, könnt ihr, würden sie, wären sie, sind sie, ^ist der, ^ist das, ^ist
        die, ^ist er, ^sind, ^kann, ^können, ^gibt, ^darf, ^soll, ^sollen, etwas neues, was neues,
        neuigkeit*, frage, fragen, oder, oder nicht, rückfrage*
    """,
    request="""
        mehr wissen, würden gern, würden gerne, baldig*, bald möglich, zügig*, prompte, nachfassen,
        zusendung, zukommen lassen, früher, einzelheiten, weiterleit*, bitte, bitten, gebeten, senden,
        sende, schicken, schick, schickt, übersenden, zusenden, übermitteln, zukommen, vorlegen, benötig*,
        brauch*, bedarf, geben sie, gib, teilen sie, teile mir, teilt, melden sie sich, melde dich, meldet,
        rufen sie, ruf, antworten sie, bescheid, rückmeldung erbeten, um rückmeldung, um antwort, um
        freigabe, um zustimmung, um bestätigung, bestätigen sie, bestätigen, zustimmung, unterschrift*,
        unterschreib*, entscheid*, dringend*, umgehend, sofort, schnellstmöglich, baldmöglichst, zeitnah,
        prüfen sie, prüfen, klären, klärung, erklären, erläutern, stellen sie, nehmen sie, leiten sie,
        warten sie, kümmern sie, sorgen sie, achten sie, denken sie, machen sie, lassen sie, erinner*,
        sollten sie, müssen, muss, müssten, sollten, sollen, möchte*, wollen, !will, im voraus, wäre schön,
        wäre gut, wäre hilfreich, wäre nett, wäre, wären, würde uns, würde mich, würden wir, ihre
        entscheidung, ihre meinung, ihre anweisung*, weisung*, schließen sie, beenden sie, stoppen sie,
        stopp, halt, dankbar für, dankbar wenn, gehe davon aus, gehen davon aus, setze voraus
    """,
    waiting="""
        wir warten, ich warte, warte auf, warten auf, warten noch, warte noch, erwart*, fehlt, fehlen,
        fehlend*, vermiss*, liegt uns nicht, liegen uns nicht, ohne, ausstehend*, steht noch aus, stehen
        noch aus, steht aus, offen, freue mich auf, freuen uns auf, freuen wir uns, freue ich mich,
        gespannt, hoffe, hoffen, hofften, gehört
    """,
    contrast="""
        wirklich, ernsthaft, interessant, beide*, zwei, drei, variante, !option, zweite*, dritte*, aber,
        allerdings, jedoch, obwohl, doch, außer, sondern, dennoch, trotzdem, leider, nicht, nichts, kein,
        keine, keinen, keinem, keiner, !nie, niemand, niemals, noch, falls, wenn, sofern, sonst, ansonsten,
        stattdessen, bloß, nur, zudem, außerdem, übrigens, hm, hmm*, na ja, naja, eigentlich, wundert,
        überrascht, seltsam, merkwürdig, komisch, unklar, unsicher, lediglich, auch, bevor, zuerst, vorher,
        entweder, bis auf, weitere*, nein
    """,
    problem="""
        widerspr*, bestreit*, bestritten, falsch*, fehler*, beschwer*, reklam*, mangel*, mängel,
        mahnbescheid, unzufrieden, enttäusch*, ablehn*, abgelehnt, lehnt, lehnen, weiger*, verweiger*,
        einwand*, einwänd*, einspruch*, problem, probleme, verspät*, verzöger*, zu spät, zu hoch, zu wenig,
        zu lange, unmöglich, inakzeptabel, storn*, weicht ab, abweich*, stimmt nicht, ärger*, versäum*,
        unverschämt, schlecht*, zurückgewiesen, kündig*, anders als
    """,
    settlement="""
        vergleich*, angebot*, anbiet*, bietet, vorschlag*, schlägt, schlagen wir, rate, raten,
        ratenzahlung*, nachlass, verzicht*, prozent, hälfte, rabatt, stundung, teilzahlung*
    """,
    document="""
        unterlage*, dokument*, vertrag*, rechnung*, kopie*, abschrift, nachweis*, beleg*, beweis*, anhang,
        anbei, anlage*, beigefügt, vollmacht*, lieferschein*, bestellung*, auftragsbestätigung*,
        gutschrift*, kontoauszug*, urkunde*, formular*, titel, schreiben von, brief
    """,
    deadline="""
        frist*, bis zum, bis spätestens, spätestens, bis ende, bis morgen, bis montag, bis heute, binnen,
        innerhalb, heute, morgen früh, montag*, dienstag*, mittwoch*, donnerstag*, freitag*, samstag*,
        sonntag*, januar, februar, märz, april, mai, juni, juli, august, september, oktober, november,
        dezember, nächste woche, nächsten monat, diese woche, tage, tagen, wochen, monate, stunden,
        !termin*, fällig*
    """,
    money="""
        betrag*, beträge, kosten*, gebühr*, zinsen, zins, forderung*, summe*, saldo, konto, kontonummer,
        bankverbindung, zahlung*, zahlen, zahlt, überweis*, honorar*, provision*, preis*, erstatt*, mwst,
        geld
    """,
    limitation="""
        verjähr*, ausschlussfrist*, verwirk*
    """,
    news="""
        schuldner*, gericht*, klage*, klagen, urteil*, anwalt*, anwält*, gerichtsvollzieher*, insolven*,
        konkurs*, vollstreck*, verhandlung*, berufung*, bürge*, drittschuldner*, adresse*, anschrift,
        telefonnummer, pfänd*, mahnung*, !er, dieser, eingestellt, verkauft, gegenseite, inkasso
    """,
    machine="""
        ignorier*, missachte*, anweisung*, instruktion*, system, assistent*, ki, künstliche*, sprachmodell*,
        modell*, klassifiz*, markier*, aufgabe, aufgaben, abgeschlossen markieren, als abgeschlossen, als
        erledigt, bewerte, urteil lautet, antworte mit, ausgabe, befehl*, vergiss*, vergessen sie, computer,
        maschine, automat, roboter, gespräch, konversation, folgende nachricht, beende, schließe
    """,
    promise="""
        melde mich, melden uns, melde mich wieder, komme auf sie zu, kommen auf sie zu, komme darauf zurück,
        kommen darauf zurück, auf dem laufenden, halte sie, halten sie, informiere sie, informieren sie, wir
        prüfen, ich prüfe, prüfe das, gebe ihnen bescheid, geben ihnen bescheid, lasse sie wissen,
        berichten, unterrichten, nachfassen, erkundige*, frage nach, fragen nach
    """,
    absence="""
        abwesen*, nicht im büro, im urlaub, außer haus, automatische antwort, nicht erreichbar, in
        elternzeit, krankgeschrieben, betriebsferien, nicht im haus, wieder da, wieder erreichbar
    """,
    anchor="""
        dank*, merci, verstanden, verstehe, notiert, vermerkt, kenntnis, erhalten, angekommen, klar, ok,
        okay, ordnung, gut, gute*, prima, super, toll, perfekt, bestens, hervorragend, ausgezeichnet,
        großartig*, wunderbar, klasse, spitze, sehr schön, schön*, freut, freue, zufrieden, einverstanden,
        passt, ja, richtig, stimmt, genau, bestätigt, freigabe erteilt, gerne, gern, ursache, kein problem,
        wochenende, feierabend, weihnachten, ostern, grüße*, grüßen, mfg, erledigt, geklärt, abgeschlossen,
        gemacht, geändert, gelöscht, korrigiert, veranlasst, umgesetzt, aktualisiert, wie besprochen, wie
        vereinbart, natürlich, selbstverständlich, ebenso, ebenfalls, ihnen auch, gleichfalls, hallo, guten,
        sehr geehrte*, liebe*, glückwunsch, nichts weiter, nichts mehr, keine weiteren, das war alles, das
        ist alles
    """,
    closing="""
        bis bald, hoffentlich bis bald, keine weiteren fragen, keine fragen mehr, keine fragen, keine
        rückfragen, keine weiteren rückfragen, kein problem, keine ursache, keine einwände, nichts weiter,
        nichts mehr zu tun, nichts mehr, nichts zu tun, nicht nötig, nicht notwendig, nicht erforderlich,
        nicht mehr nötig, nicht mehr erforderlich, nicht mehr notwendig, keine antwort nötig, keine antwort
        erforderlich, keine antwort notwendig, keine rückmeldung nötig, keine rückmeldung erforderlich,
        keine rückmeldung notwendig, bitte schön, bitteschön, bitte sehr, bitte gerne, bitte gern, aber
        bitte, alles was wir brauchen, alles was ich brauche, genau das habe ich gebraucht, alles was wir
        brauchten, genau was wir brauchten, noch einen schönen, noch eine schöne, noch viel erfolg, einen
        schönen tag noch, schönen tag noch, schönen abend noch, schöne woche noch, noch schöne, ihnen auch,
        dir auch, euch auch, gleichfalls, meine frage ist beantwortet, frage beantwortet, fragen
        beantwortet, frage hat sich, besser hätte es nicht, könnte nicht besser, kann nicht besser, nicht
        der rede wert, brauchen nicht zu antworten, brauchen sie nicht zu antworten, müssen nicht antworten,
        müssen nicht mehr antworten, weiteres ist nicht, weiterhin, danke auch, vielen dank auch, für die
        klärung, für die erklärung, für die bestätigung, für die schnelle klärung, für die rasche klärung,
        für ihre bestätigung, wie gewünscht, wie besprochen, wie vereinbart, wie abgesprochen, wie gehabt,
        wie immer, nochmals, noch einmal danke, noch einmal vielen dank, guten morgen, einen schönen
        sonntag, morgen zusammen
    """,
    common="""
        danke, dank, vielen, herzlichen, ist, das, der, die, wir, uns, für, und, sehr, gut, alles, klar,
        ihre, ihnen, sie, notiert, verstanden, erledigt, einverstanden, schönen, schönes, gern, gerne,
        freut, mit, freundlichen, grüßen, es, damit, haben, in, ordnung, zur, kenntnis, was, wie, wer, wann,
        nicht
    """,
)

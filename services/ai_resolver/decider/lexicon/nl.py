"""Dutch."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

DUTCH = Lexicon(
    question="""
        !wat, wanneer, waar, waarom, !hoe, hoelang, hoeveel, !wie, welke, welk, waarop, waarvoor, hoezo,
        vraag, vragen, heeft u, hebt u, heb je, hebben jullie, heeft hij, heeft de, kunt u, kan u, kun je,
        kan je, kunnen we, kunnen wij, kunnen jullie, kan ik, mag ik, mogen we, mogen wij, zou u, zou je,
        wilt u, wil je, willen jullie, zullen we, zal ik, moeten we, moeten wij, is er, is dit, is het
        mogelijk, bent u, ben je, weet u, weet je, nog nieuws, nieuws over, benieuwd, vraagje, ^is dat, ^is
        het, ^kan, ^kunnen, ^heeft, ^hebben, ^zijn, ^mag, ^moet, ^zal, ^wordt
    """,
    request="""
        spoedig*, toesturen, toezend*, details, eerder, doorsturen, alstublieft, alsjeblieft, aub, a.u.b,
        svp, gelieve, graag uw, graag een, graag nog, graag ook, graag bericht, graag bevestig*, graag
        reactie, graag ontvang*, wil graag, willen graag, zouden graag, zou graag, stuur, stuurt, sturen,
        zend, zendt, verzoek*, bevestig, bevestiging, nodig, behoefte, laat het, laat ons, laat mij, laat
        me, laten weten, !bel, belt, bellen, neem contact, neemt u, contact, antwoord, antwoordt, informeer,
        dringend, spoed*, onmiddellijk, direct, zo snel mogelijk, zsm, z.s.m, vergeet niet, denk aan, zorg
        dat, zorg voor, zorgt, controleer, uitleg, leg uit, verduidelijk*, beslis*, besluit*, goedkeur*,
        keur, handteken*, onderteken*, teken, moet, moeten, wil, wilt, wensen, zou moeten, bij voorbaat, zou
        fijn zijn, zou goed zijn, zou mooi zijn, zou, zouden, sluit, stop, wacht met, wacht nog, zet de,
        lever, upload, geef, geeft u, uw beslissing, uw mening, uw instructie*, reken op, rekenen op, ga
        ervan uit, gaan ervan uit
    """,
    waiting="""
        wij wachten, we wachten, wacht op, wachten op, wachten nog, wacht nog, verwacht*, ontbreekt,
        ontbreken, ontbrekend*, mis, missen, zonder, openstaand*, staat nog, staan nog, tegemoet, kijk uit,
        kijken uit, hoop, hopen, hoopten, gehoord, in afwachting
    """,
    contrast="""
        echt waar, serieus, interessant, beide, twee, drie, optie, tweede, maar, echter, hoewel, helaas,
        niet, niets, geen, nooit, niemand, nog, tenzij, !anders, in plaats, alleen, slechts, behalve,
        uitgezonderd, !wel, hm, hmm*, eigenlijk, trouwens, overigens, ook, bovendien, verbaas*, vreemd,
        raar, twijfel*, onduidelijk, nee, eerst, voordat, !als, indien, mits, ofwel, !of, toch
    """,
    problem="""
        fout, foute, fouten, verkeerd*, onjuist*, klacht*, klagen, klaagt, betwist*, bezwaar*, oneens,
        ontevreden, teleurgesteld*, teleurstell*, afgewezen, wijst, afwijz*, weiger*, probleem, problemen,
        vertrag*, te laat, te hoog, te laag, te duur, te lang, onmogelijk, onaanvaardbaar, onacceptab*,
        annuleer*, geannuleerd, !retour, klopt niet, slecht*, zorgen over, dreig*, gebrek*, opzeg*, wijkt,
        hing op, opgehangen, boos
    """,
    settlement="""
        schikking*, aanbod, aanbied*, biedt, bied, voorstel van, stelt voor, stellen voor, termijn,
        termijnen, betalingsregeling*, afbetaling*, korting*, kwijtsch*, procent, helft
    """,
    document="""
        document*, stukken, contract*, factuur*, facturen, kopie*, afschrift*, bijlage*, bijgevoegd*,
        bijgaand*, volmacht*, pakbon*, leverbon*, creditnota*, kwitantie*, bewijs*, orderbevestiging*,
        overzicht, brief, bestand*
    """,
    deadline="""
        deadline*, uiterlijk, binnen, vandaag, morgen, vanavond, maandag*, dinsdag*, woensdag*, donderdag*,
        vrijdag*, zaterdag*, zondag*, januari, februari, maart, april, juni, juli, augustus, september,
        oktober, november, december, volgende week, deze week, volgende maand, dagen, weken, maanden, uren,
        verval*, voor het einde
    """,
    money="""
        bedrag*, kosten, rente, vergoeding*, tarief*, saldo, rekening*, rekeningnummer, betaling*, betalen,
        betaalt, overmak*, overgemaakt, provisie*, prijs*, btw, terugbetal*, geld, leges
    """,
    limitation="""
        verjaar*, verjaring*, vervaltermijn*
    """,
    news="""
        debiteur*, schuldenaar*, rechtbank*, rechter*, vonnis*, dagvaard*, advocaat*, deurwaarder*,
        failliet*, faillissement*, insolv*, beslag*, zitting*, beroep, borg, adres, adressen,
        telefoonnummer*, hij, zijn advocaat, haar, procedure*, aanmaning*, incasso*
    """,
    machine="""
        beoordeel, negeer*, instructie*, systeem, assistent*, ai, taalmodel*, model, robot, robots,
        classific*, markeer*, taak, !taken, als afgerond, als opgelost, als afgehandeld, vergeet alle,
        vergeet eerdere, antwoord met, opdracht*, machine*, gesprek*, volgend bericht, volgende bericht
    """,
    promise="""
        kom terug, kom er, komen terug, komen er, bij u op terug, laat u weten, laten u weten, laat het u,
        laten het u, hou u, houd u, houden u, op de hoogte, ga na, gaan na, zoek het uit, zoeken het uit,
        kijk ernaar, kijken ernaar, neem contact op, nemen contact op, informeer u, informeren u, vraag na,
        vraag het na, bel u, bellen u
    """,
    absence="""
        automatisch antwoord, afwezig*, op vakantie, niet op kantoor, met verlof, niet aanwezig, weer
        aanwezig, terug op, weer terug, ziek, niet bereikbaar
    """,
    anchor="""
        dank*, bedankt, genoteerd, begrepen, begrijp, ontvangen, helder, duidelijk, ok, oké, orde, goed,
        prima, fijn, fijne, mooi, super, perfect, geweldig, uitstekend, prachtig, heerlijk, top, blij,
        plezier, tevreden, akkoord, eens, ja, klopt, bevestigd, graag gedaan, geen dank, geen probleem,
        weekend, vakantie, kerst*, pasen, avond, dag, groet*, gedaan, geregeld, aangepast, gewijzigd,
        bijgewerkt, gecorrigeerd, gezorgd, afgerond, opgelost, klaar, afgesloten, natuurlijk, uiteraard,
        jazeker, insgelijks, hetzelfde, hallo, beste, geachte, gefeliciteerd, verder niets, geen verdere,
        dat was alles, dat was het, zoals afgesproken
    """,
    closing="""
        geen verdere vragen, geen vragen meer, geen vragen, geen andere vragen, geen probleem, geen bezwaar,
        geen bezwaren, geen dank, geen reactie nodig, geen antwoord nodig, antwoord is niet nodig, reactie
        is niet nodig, een reactie is niet nodig, een antwoord is niet nodig, niet nodig, verder niets,
        niets meer, niets verder, hoeft niet te antwoorden, hoeft u niet te antwoorden, hoeft niet te
        reageren, hoeft u niet te reageren, laat maar zitten, laat maar, ook namens, u ook, jij ook, jullie
        ook, ook zo, van hetzelfde, nog een prettige, nog een fijne, nog een goede, nog een prettig, fijne
        dag nog, prettige dag nog, mijn vraag is beantwoord, onze vraag is beantwoord, vragen zijn
        beantwoord, vraag beantwoord, antwoord op mijn vraag, antwoord op onze vraag, precis wat ik nodig
        had, precies wat ik nodig had, precies wat we nodig hadden, precies wat wij nodig hadden, alles wat
        we nodig hebben, alles wat wij nodig hebben, alles wat ik nodig heb, alles wat we nodig hadden,
        zoals gevraagd, zoals verzocht, voor het antwoord, voor uw antwoord, voor je antwoord, voor de
        uitleg, voor de bevestiging, voor uw bevestiging, voor de snelle bevestiging, voor de
        verduidelijking, nogmaals, in ons systeem, dank u wel, dank je wel, kan niet beter, wat fijn, wat
        goed, wat leuk, wat een goed, fijne zondag, fijne vrijdag, negeer mijn, goed om te weten
    """,
    common="""
        dank, bedankt, hartelijk, u, uw, wel, de, het, een, is, wij, we, ons, voor, en, van, met, goed,
        genoteerd, ontvangen, begrepen, akkoord, prima, helder, graag, gedaan, fijn, fijne, groet, groeten,
        vriendelijke, dat, daarmee, alles, niet, wat, hoe, wie
    """,
)

"""Swedish."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

SWEDISH = Lexicon(
    question="""
        vad, när, varför, hur, vem, vilke*, vilka, huruvida, undrar, var är, var ligger, var står, vart,
        finns det, har ni, har du, har han, har gäldenären, kan du, kan ni, kan vi, kan jeg, kan jag, kunde
        du, kunde ni, skulle du, skulle ni, vill ni, vill du, ska vi, ska jag, får vi, får jag, är det
        möjligt, är du, är ni, ^är det normalt, ^är det möjligt, ^är vi, ^kan, ^ska, ^får, ^blir, vet du,
        vet ni, något nytt, nytt i ärendet, nytt om, fråga, frågor, frågar
    """,
    request="""
        snart, snarlig*, detaljer, tidigare, vidarebefordra, vänligen, snälla, är du snäll, är ni snälla,
        var god och, skicka, skickar du, skickar ni, sänd, bekräfta, bekräftelse, behöver, behövs, meddela,
        återkom, ring, ringa, kontakta, hör av, svara, skriv till, informera, snarast, omgående, genast,
        brådskande, kom ihåg, se till, kolla, kontrollera, undersök, förklara, beslut, besluta, godkänn,
        godkännande, underskrift, skriv under, signera, ta ställning, ställning, vill ha, vill vi ha, vill
        gärna, skulle vilja, önskar få, önskar en, bör, borde, måste, på förhand, vore bra, vore fint, vore,
        skulle vara, stäng, stoppa, stopp, vänta med, pausa, lämna in, ladda upp, låt mig, låt oss veta, ert
        beslut, er åsikt, instruktioner från er, räknar med, utgår från, tacksam för, tacksam om, tacksamma
        för, gärna
    """,
    waiting="""
        ^vi väntar, vi inväntar, inväntar er, inväntar ert, väntar på, väntar fortfarande, saknar, saknas,
        fattas, förvänt*, utan, återstår, kvarstår, utestående, ser fram, hoppas, hoppades, hört, inte fått,
        spänd på
    """,
    contrast="""
        verkligen, seriöst, intressant, båda, två, !tre, !andra, alternativ, !men, dock, !fast, även om,
        tyvärr, inte, ej, ingen, inget, inga, aldrig, fortfarande, ännu, om inte, annars, i stället,
        istället, bara, endast, förutom, däremot, hm, hmm*, egentligen, förresten, dessutom, också,
        förvånad, konstigt, märkligt, osäker, oklart, nej, först, innan, antingen, om ni, om du, om han,
        ifall, utom
    """,
    problem="""
        fel, felakt*, klaga*, klagomål, invänd*, bestrid*, bestrit*, oenig*, missnöjd*, besvik*, avvis*,
        avslag, avslog, vägra*, problem, försen*, för sent, för hög*, för låg*, för dyrt, för länge,
        omöjlig*, oacceptab*, annuller*, retur, stämmer inte, dålig*, bekymr*, hota*, säga upp, reklam*,
        brist*, skiljer
    """,
    settlement="""
        förlikning*, erbjud*, erbjöd, föreslå*, avbetal*, delbetal*, rabatt*, procent, hälften, nedsätt*,
        eftergift*, uppgörelse*
    """,
    document="""
        dokument*, handlingar, avtal, avtalet, faktura*, fakturor*, kopia*, kopior, bilaga*, bilagor,
        bifoga*, bifogad*, fullmakt*, följesed*, kreditnota*, kvitto*, kontoutdrag*, orderbekräft*, bevis*,
        underlag*, brev från, skrivelse*, intyg*
    """,
    deadline="""
        frist*, senast, inom, i dag, idag, i morgon, imorgon, ikväll, måndag*, tisdag*, onsdag*, torsdag*,
        fredag*, lördag*, söndag*, januari, februari, mars, april, maj, juni, juli, augusti, september,
        oktober, november, december, nästa vecka, denna vecka, nästa månad, dagar, veckor, månader, timmar,
        förfall*
    """,
    money="""
        kr, kronor, belopp*, avgift*, kostnad*, ränta*, räntor, räntan, saldo*, konto, kontot, kontonummer,
        betalning*, betala, betalar, överför*, arvode*, pris*, moms, återbetal*, pengar*, pengarna, utlägg
    """,
    limitation="""
        preskri*
    """,
    news="""
        gäldenär*, tingsrätt*, domstol*, rätten, stämning*, stämma, stäms, dom, domen, advokat*, jurist*,
        konkurs*, insolv*, kronofogd*, utmät*, indrivning*, förhandling*, borgens*, adress*, telefonnummer*,
        han, hon, hans, hennes, överklag*, inkasso*
    """,
    machine="""
        bedöm, ignorera*, bortse från alla, bortse från tidigare, instruktion*, system, assistent*, ai,
        språkmodell*, modell*, robot, robotar, klassific*, markera*, uppgift, uppgifter, uppgiften,
        uppgifterna, som avslutad, som avslutat, som löst, glöm alla, glöm tidigare, svara med, kommando*,
        maskin*, konversation*, följande meddelande
    """,
    promise="""
        återkommer, återkomma, hör av mig, hör av oss, håller dig, håller er, meddelar dig, meddelar er,
        undersöker, kollar, följer upp, informerar, frågar, tittar på, låter dig veta, låter er veta, ger
        besked
    """,
    absence="""
        autosvar, automatiskt svar, på semester, inte på kontoret, är ledig, föräldraledig*, frånvar*, är
        tillbaka, tillbaka igen, på kontoret igen, sjuk
    """,
    anchor="""
        tack*, noterat, uppfattat, förstår, mottaget, mottagit, klart, ok, okej, ordning, bra, fint, god,
        gott, super, perfekt, fantastiskt, utmärkt, underbart, härligt, toppen, kanon, snyggt, glad, glada,
        gläder, roligt, nöjda, nöjd, överens, ja, stämmer, godkänner, bekräftat, varsågod, ingen orsak,
        helg, jul, påsk, semester, kväll, dag, hälsning*, mvh, gjort, ordnat, fixat, fixar, rättat, ändrat,
        uppdaterat, raderat, avslutat, löst, på plats, självklart, naturligtvis, javisst, absolut, detsamma,
        hej, grattis, inget mer, inga fler, det var allt, överenskommelse, låter bra
    """,
    closing="""
        inga fler frågor, inga frågor, inga ytterligare frågor, inget mer, inget ytterligare, inget problem,
        inga problem, inget svar behövs, inga svar behövs, behöver inte svara, behöver ni inte svara,
        behöver du inte svara, inte nödvändigt, ingen orsak, ingen fara, inga invändningar, ingenting mer,
        svar behövs inte, inget svar krävs, också, bortse från mitt, bortse från min, min fråga är besvarad,
        svar på min fråga, svar på vår fråga, besvarar min fråga, besvarar vår fråga, precis vad jag
        behövde, precis vad vi behövde, allt vi behöver, allt vi behövde, allt jag behöver, allt jag
        behövde, som önskat, för bekräftelsen, för förtydligandet, vad roligt, vad bra, vad kul, vad skönt,
        så roligt, vad trevligt, vad fint, trevlig söndag, trevlig fredag, kunde inte vara bättre
    """,
    common="""
        tack, så, mycket, för, det, är, den, vi, oss, er, ert, dig, och, noterat, mottaget, uppfattat, bra,
        helt, med, till, har, okej, hälsning, hälsningar, vänlig, på, jag, av, ärendet, inte, fint, trevlig,
        helg, toppen
    """,
)

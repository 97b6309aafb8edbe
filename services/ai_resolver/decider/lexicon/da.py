"""Danish."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

DANISH = Lexicon(
    question="""
        hvad, hvornår, hvor, hvorfor, hvordan, hvem, hvilke*, hvis, hvorvidt, mon, er der, er det muligt,
        har i, har du, har han, har skyldner, kan du, kan i, kan vi, kan jeg, kunne du, kunne i, vil du, vil
        i, skal vi, skal jeg, må vi, må jeg, ved du, ved i, er du, ^er i, ^er det, ^er vi, ^kan, ^må, ^skal,
        ^får, ^bliver, får vi, noget nyt, nyt i sagen, nyt om, spørgsmål, spørger
    """,
    request="""
        snart*, detaljer, tidligere, videresend*, venligst, bedes, anmod*, send, sende, sender du, sender i,
        fremsend*, bekræft, bekræftelse, brug for, behøver, mangler svar, giv besked, giv os, giv mig, give
        besked, giv lyd, ring, ringe, kontakt, kontakte, skriv, svar venligst, svar gerne, oplys, orienter,
        hurtigst, snarest, straks, haster, husk, sørg for, tjek, undersøg, forklar, afklar*, beslut*,
        godkend, godkendelse, underskriv*, underskrift*, accepter, tag stilling, stilling, skal bruge, skal
        have, skal vi have, vil gerne have, vil gerne, ønsker at, ønsker en, bør, burde, må gerne, må i, må
        du, på forhånd, ville være, kunne være, luk, stop, vent, sæt, gå efter, indsend, upload, lad mig,
        lad os vide, lad høre, jeres beslutning, jeres holdning, jeres instruks*, regner med, går ud fra,
        skulle, få lov, jeg skal have, vi skal have, svar udbedes
    """,
    waiting="""
        ^vi venter, vi afventer, afventer jeres, afventer dit, afventer fortsat, venter på, venter stadig,
        venter fortsat, mangler, mangle, savner, forvent*, uden, udestår, udestående, ser frem, glæder mig
        til, glæder os til, håber, håbede, hørt, spændt på
    """,
    contrast="""
        virkelig, seriøst, interessant, begge, !to, !tre, !anden, !andet, løsning, !men, dog, selvom,
        imidlertid, desværre, ikke, ingen, intet, aldrig, stadig, endnu, medmindre, ellers, i stedet, kun,
        bare lige, undtagen, bortset, derimod, hm, hmm*, egentlig, for resten, forresten, i øvrigt, også,
        undrer, overrasket, mærkelig*, underligt, tvivl, uklart, nej, =først, inden, =før, enten, endvidere,
        desuden
    """,
    problem="""
        forkert*, fejl*, klage*, indsigelse*, bestrid*, uenig*, utilfreds*, skuffe*, afvis*, nægte*,
        problem, problemer, forsink*, for sent, for høj*, for lav*, for dyrt, for længe, umulig*,
        uacceptab*, annuller*, mangelfuld*, retur, stemmer ikke, dårlig*, trække tilbage, bekymr*, truer,
        truet, opsig*
    """,
    settlement="""
        forlig*, tilbud*, tilbyd*, foreslå*, forslag til, rate, rater, afdrag*, rabat*, eftergiv*, procent,
        halvdelen, nedslag
    """,
    document="""
        dokument*, kontrakt*, faktura*, kopi*, bilag*, vedhæft*, vedlagt*, fuldmagt*, følgesed*,
        kreditnota*, kvittering*, kontoudtog*, opgørelse*, ordrebekræftelse*, bevis*, dokumentation, brev
        fra, skrivelse*
    """,
    deadline="""
        frist*, senest, inden for, i dag, i morgen, i aften, mandag*, tirsdag*, onsdag*, torsdag*, fredag*,
        lørdag*, søndag*, januar, februar, marts, april, juni, juli, august, september, oktober, november,
        december, næste uge, denne uge, næste måned, dage, uger, måneder, timer, forfald*
    """,
    money="""
        kr, kroner, beløb*, gebyr*, omkostning*, rente*, saldo*, konto, kontonummer, betaling*, betale,
        betaler, overfør*, salær*, pris*, moms, refund*, penge, pengene, afgift*, udlæg
    """,
    limitation="""
        foræld*, præklu*
    """,
    news="""
        skyldner*, debitor*, retten, byret*, fogedret*, stævn*, dom, dommen, advokat*, konkurs*, insolven*,
        udlæg*, inddrivelse*, retsmøde*, retssag*, kautionist*, adresse*, telefonnummer*, han, hun, hans,
        hendes, de siger, anke*, rykker*, inkasso*
    """,
    machine="""
        bedøm, ignorer*, se bort fra alle, se bort fra tidligere, instruks*, instruktion*, system, systemet
        siger, assistent*, ai, ai'en, kunstig*, sprogmodel*, model, robot, robots, klassific*, marker*,
        opgave, opgaver, opgaven, opgaverne, som afsluttet, som løst, glem alle, glem tidligere, svar med,
        kommando*, maskine*, samtale*, følgende besked
    """,
    promise="""
        vender tilbage, vende tilbage, giver lyd, giver besked, giver dig besked, giver jer besked, holder
        dig, holder jer, orienterer, undersøger, tjekker, følger op, spørger lige, kigger på, ser på det,
        lader høre, lader dig vide, lader jer vide, hører fra
    """,
    absence="""
        autosvar, automatisk svar, på ferie, ikke på kontoret, på orlov, på barsel, fraværende, er tilbage,
        tilbage igen, holder fri, ikke til stede, syg
    """,
    anchor="""
        tak, takker, noteret, forstået, modtaget, klart, ok, okay, orden, fint, godt, god, super, perfekt,
        fantastisk, fremragende, dejligt, skønt, flot, glad, glade, glæder, tilfreds*, enig, enige, ja,
        rigtigt, korrekt, præcis, godkendt, bekræftet, selv tak, velbekomme, så lidt, weekend, jul, påske,
        ferie, aften, hilsen, hilsner, mvh, gjort, ordnet, klaret, rettet, slettet, ændret, opdateret,
        sørget, afsluttet, løst, på plads, selvfølgelig, naturligvis, i lige måde, hej, kære, tillykke, ikke
        mere, ikke flere, det var alt, som aftalt, det gør vi, så er vi med, accepterer, indforstået
    """,
    closing="""
        ikke flere spørgsmål, ingen spørgsmål, ingen yderligere spørgsmål, ikke yderligere spørgsmål, ikke
        yderligere, intet yderligere, ikke mere, ingen problem, ikke noget problem, intet problem, ikke
        nødvendigt, behøver ikke at svare, behøver ikke svare, behøves ikke, ingen indvendinger, ingen grund
        til at svare, ingen svar nødvendig, svar er ikke nødvendigt, skal ikke svare, hvor er det dejligt,
        hvor dejligt, hvor er det godt, hvor godt, sikke, også herfra, også til dig, også til jer, også jer,
        også dig, det var det hele, glem min besked, glem mit spørgsmål, mit spørgsmål er besvaret, besvarer
        mit spørgsmål, besvarer vores spørgsmål, svar på mit spørgsmål, svar på vores spørgsmål, alt hvad vi
        har brug for, alt hvad jeg har brug for, alt hvad vi havde brug for, det jeg havde brug for, det vi
        havde brug for, lige det jeg skulle bruge, lige hvad jeg skulle bruge, lige det vi skulle bruge,
        lige hvad vi skulle bruge, som ønsket, for afklaringen, for bekræftelsen, det skal nok gå, for den
        hurtige afklaring, ikke nødvendig, god søndag, god fredag, kunne ikke være bedre, kan ikke være
        bedre
    """,
    common="""
        tak, mange, tusind, for, det, er, den, vi, os, i, jer, jeres, dig, og, noteret, modtaget, forstået,
        god, godt, fint, helt, så, med, til, har, ok, selv, lige, måde, hilsen, venlig, på, jeg, af, sagen,
        ikke
    """,
)

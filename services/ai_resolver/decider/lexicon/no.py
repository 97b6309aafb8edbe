"""Norwegian."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

NORWEGIAN = Lexicon(
    question="""
        hva, når, hvor, hvorfor, hvordan, hvem, hvilke*, hvis, hvorvidt, lurer, er det mulig, er det noe,
        har dere, har du, har han, har skyldner*, kan du, kan dere, kan vi, kan jeg, kunne du, kunne dere,
        vil du, vil dere, skal vi, skal jeg, får vi, får jeg, vet du, vet dere, er du, er dere, ^er det
        vanlig, ^er det mulig, ^er det noe, ^er vi, ^kan, ^må, ^skal, ^får, ^blir, noe nytt, nytt i saken,
        nytt om, spørsmål, spør
    """,
    request="""
        snart, snarlig*, detaljer, tidligere, videresend*, vennligst, vær så snill, send, sende, sender du,
        sender dere, oversend*, bekreft, bekreftelse, trenger, behøver, gi beskjed, gi oss, gi meg, gi
        tilbakemelding, ring, ringe, kontakt, kontakte, svar på, vennligst svar, opplys, informer, snarest,
        straks, haster, husk, sørg for, sjekk, undersøk, forklar, avklar*, beslut*, bestem*, godkjenn,
        godkjenning, signer*, underskriv*, underskrift*, ta stilling, stilling, vil gjerne, skulle gjerne,
        ønsker å, ønsker en, bør, burde, må få, må dere, må du, må vi, må ha, på forhånd, hadde vært, ville
        vært, kunne vært, lukk, stopp, vent med, sett saken, last opp, lever, la meg, la oss vite, deres
        beslutning, regner med, går ut fra, skulle, gjerne
    """,
    waiting="""
        ^vi venter, vi avventer, avventer deres, venter på, venter fortsatt, venter fremdeles, mangler,
        mangle, savner, forvent*, uten, utestår, utestående, ser frem, gleder meg til, gleder oss til,
        håper, håpet, hørt, spent på, gjenstår
    """,
    contrast="""
        virkelig, seriøst, interessant, begge, !tre, !andre, alternativ, !men, imidlertid, selv om,
        dessverre, ikke, ingen, intet, ingenting, aldri, fortsatt, fremdeles, ennå, enda, med mindre,
        ellers, i stedet, kun, bare lurer, unntatt, bortsett, derimot, hm, hmm*, egentlig, forresten, for
        øvrig, også, overrasket, rart, merkelig*, tvil, uklart, nei, =først, innen, =før, enten, dessuten,
        vel
    """,
    problem="""
        feil*, klage*, innsigelse*, bestrid*, uenig*, misfornøyd*, skuff*, avvis*, avslag, nekte*, problem,
        problemer, forsink*, for sent, for høy*, for lav*, for dyrt, for lenge, umulig*, uakseptab*,
        annuller*, kanseller*, i retur, stemmer ikke, dårlig*, bekymr*, truer, mangelfull*, reklam*, si opp,
        galt
    """,
    settlement="""
        forlik*, tilbud*, tilby*, tilbød, foreslå*, foreslår, avdrag*, delbetal*, rabatt*, ettergi*,
        prosent, halvparten
    """,
    document="""
        dokument*, kontrakt*, avtalen er, faktura*, kopi*, vedlegg*, vedlagt*, fullmakt*, følgesed*,
        pakksed*, kreditnota*, kvittering*, kontoutskrift*, ordrebekreft*, bevis*, brev fra, skriv fra
    """,
    deadline="""
        frist*, senest, innenfor, i dag, i morgen, i kveld, mandag*, tirsdag*, onsdag*, torsdag*, fredag*,
        lørdag*, søndag*, januar, februar, mars, april, juni, juli, august, september, oktober, november,
        desember, neste uke, denne uken, denne uka, neste måned, dager, uker, måneder, timer, forfall*
    """,
    money="""
        kr, kroner, beløp*, gebyr*, kostnad*, omkostning*, rente*, saldo*, konto, kontoen, kontonummer,
        betaling*, betale, betaler, overfør*, salær*, pris*, mva, refund*, penger, pengene, avgift*, utlegg
    """,
    limitation="""
        forelde*, foreldes
    """,
    news="""
        skyldner*, debitor*, retten, tingrett*, forliksråd*, stevn*, dom, dommen, advokat*, konkurs*,
        insolv*, namsmann*, utlegg*, inndriv*, rettsmøte*, rettssak*, kausjonist*, adresse*, telefonnummer*,
        han, hun, hans, hennes, anke*, purring*, inkasso*
    """,
    machine="""
        bedøm, vurder, ignorer*, se bort fra alle, se bort fra tidligere, instruks*, instruksjon*, system,
        assistent*, ki, ai, språkmodell*, modell, robot, robots, klassifiser*, marker*, oppgave, oppgaver,
        oppgaven, oppgavene, som ferdig, som avsluttet, som løst, glem alle, glem tidligere, svar med,
        kommando*, maskin*, samtale*, følgende melding
    """,
    promise="""
        kommer tilbake, komme tilbake, gir beskjed, gir deg beskjed, gir dere beskjed, gir lyd, holder deg,
        holder dere, undersøker, sjekker, følger opp, informerer, spør, ser på det, lar deg vite, lar dere
        vite, hører fra, melder tilbake
    """,
    absence="""
        autosvar, automatisk svar, på ferie, ikke på kontoret, i permisjon, fravær*, er tilbake, tilbake
        igjen, har fri, syk, ferieavvikling
    """,
    anchor="""
        takk*, notert, forstått, mottatt, klart, klar, ok, orden, greit, grei, fint, bra, godt, god, super*,
        perfekt, fantastisk, utmerket, strålende, nydelig, herlig, topp, glad, glade, gleder, hyggelig,
        fornøyde, enig, enige, ja, stemmer, godtar, bekreftet, vær så god, ingen årsak, helg, jul, påske,
        ferie, kveld*, hilsen*, mvh, gjort, ordnet, fikser, rettet, slettet, endret, oppdatert, avsluttet,
        løst, på plass, selvfølgelig, selvsagt, naturligvis, javisst, i like måte, det samme, hei,
        gratulerer, ikke noe mer, ingen flere, det var alt, som avtalt, høres
    """,
    closing="""
        ingen flere spørsmål, ingen spørsmål, ikke flere spørsmål, ingen ytterligere spørsmål, ikke noe mer,
        ikke mer, ikke noe problem, intet problem, ingen problem, ingen problemer, ikke nødvendig, trenger
        ikke å svare, trenger ikke svare, behøver ikke å svare, behøver ikke svare, ingen innvendinger,
        ingen svar nødvendig, svar er ikke nødvendig, ingen årsak, se bort fra forrige, se bort fra min, se
        bort fra meldingen, spørsmålet er besvart, svar på spørsmålet, svarer på spørsmålet mitt, takk for
        svar, takk for svaret, for raskt svar, for svar, akkurat det jeg trengte, akkurat det vi trengte,
        alt vi trenger, alt vi trengte, alt jeg trenger, alt jeg trengte, som ønsket, for avklaringen, for
        bekreftelsen, også til deg, også til dere, også, så bra, hvor hyggelig, hvor bra, god søndag, god
        fredag, kunne ikke vært bedre, ikke noe å takke for, ikke noe mer å
    """,
    common="""
        takk, mange, tusen, for, det, er, den, vi, oss, dere, deres, deg, og, notert, mottatt, forstått,
        god, godt, fint, helt, så, med, til, har, ok, greit, hilsen, vennlig, på, jeg, av, saken, ikke, bra,
        like, måte, bare
    """,
)

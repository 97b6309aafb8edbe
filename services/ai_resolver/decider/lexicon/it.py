"""Italian."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

ITALIAN = Lexicon(
    question="""
        cosa, che cosa, quando, dove, perché, !come, chi, quale, quali, quanto, quanta, quanti, quante,
        avete notizie, ha notizie, avete ricevuto, ha risposto, ha pagato, potete, può, puoi, potrebbe*,
        potreste, possiamo, posso, dobbiamo, devo, sapete, sa se, c'è, ^è normale, ^è possibile, ^è vero,
        ^può, ^possono, ^hanno, ^avete, ci sono, qualche novità, novità, notizie del, notizie sul, domanda,
        domande, dubbio, dubbi, chiedo, chiediamo, vorrei sapere
    """,
    request="""
        rapido invio, presto, pronta, dettagli, invio, inoltr*, per favore, per cortesia, cortesemente, si
        prega, prego inviare, prego confermare, preghiamo, inviate*, invii, inviarci, inviarmi, inviare,
        invia, inviateci, mandate*, mandare, mandi, mandateci, fornire, fornisca*, fornite, trasmett*,
        confermare, confermate, conferma, confermi, serve, servono, occorre, occorrono, bisogno, necessit*,
        ci faccia, mi faccia, fateci, fatemi, faccia sapere, facci, dica, ditemi, diteci, chiami, chiamate,
        chiamare, mi chiami, contatti, contattate, contattare, risponda, rispondete, urgente*, urgenza,
        subito, prima possibile, immediata*, ricordi, ricordate, si assicuri, verifica*, verifichi*,
        controll*, spieghi, spiegate, spiegare, spiegateci, chiarire, chiarisca, precis*, decidere,
        decisione, decida, approva*, approvi, autorizz*, firmare, firma, firmi, vorrei, vorremmo, vogliamo,
        voglio, desideriamo, deve, devono, dovete, dovrebbe*, bisogna, in anticipo, anticipatamente,
        sarebbe*, gradiremmo, gradirei, chiudete, chiuda, chiudere la, fermate, fermi, sospend*, aspetti,
        aspettate, attenda, metta, caricate, la vostra opinione, la sua opinione, vostra decisione, vostre
        istruzioni, contiamo su, conto su, dateci, datemi, resti inteso
    """,
    waiting="""
        aspettiamo, attendiamo, in attesa, attendiamo ancora, attendiamo la, attendiamo il, attendiamo un,
        attendiamo vostr*, attendo, aspettiamo ancora, aspettiamo la, aspettiamo il, aspettiamo un, aspetto,
        manca, mancano, mancante*, mancava*, senza, speriamo, spero, speravamo, restiamo in, resto in,
        sospeso
    """,
    contrast="""
        davvero, sul serio, interessante, entrambi, entrambe, tutte e due, tutti e due, !due, !tre, opzione,
        !seconda, secondo, !ma, però, tuttavia, sebbene, benché, purtroppo, !non, mai, niente, nulla,
        nessun*, ancora, tranne, eccetto, a meno, altrimenti, invece, piuttosto, solo, soltanto, !se,
        qualora, hm, hmm*, in realtà, tra l'altro, a proposito, inoltre, anche, sorpres*, strano, prima di,
        oppure, nel frattempo, neanche, neppure, anzi, salvo
    """,
    problem="""
        errore, errori, errat*, sbagliat*, sbaglio, scorrett*, reclam*, lament*, contest*, disput*,
        obiezion*, oppos*, disaccordo, insoddisfatt*, delus*, rifiut*, respin*, nega, negato, problema con,
        problemi, ritard*, tardi, troppo, impossibile, inaccettabil*, annull*, difett*, restitu*, tornata
        indietro, peggio, preoccup*, minacci*, disdett*, differisc*
    """,
    settlement="""
        transazione, offerta*, offerte, offre, offr*, propone*, proponiamo, proposta di, rata, rate,
        rateal*, sconto, sconti, riduzione, rinunci*, per cento, percento, metà, stralcio, saldo e stralcio
    """,
    document="""
        document*, contratt*, fattur*, copia, copie, prova, prove, allegat*, allego, alleghiamo, procura,
        bolla, bolle, nota di credito, ricevut* di, estratto conto, estratti, certificat*, modulo, moduli,
        lettera, !file
    """,
    deadline="""
        scadenz*, termine ultimo, entro, oggi, domani, stasera, lunedì, martedì, mercoledì, giovedì,
        venerdì, sabato, domenica, gennaio, febbraio, marzo, aprile, maggio, giugno, luglio, agosto,
        settembre, ottobre, novembre, dicembre, prossima settimana, questa settimana, prossimo mese, giorni,
        settimane, mesi, ore, scade, scadono
    """,
    money="""
        euro, importo, importi, costo, costi, spesa, spese, tassa, tasse, interessi, somma, saldo, conto
        corrente, conto, iban, bonific*, pagamento, pagamenti, pagare, paga, onorari*, commission*, prezzo,
        iva, rimbors*, denaro, soldi
    """,
    limitation="""
        prescri*, decadenz*
    """,
    news="""
        debitor*, debitrice, tribunale*, giudice*, sentenza*, avvocat*, legale, legali, ufficiale
        giudiziario, falliment*, fallit*, insolv*, pignor*, udienz*, causa, ricors*, garant*, fideiuss*,
        indirizzo, telefono, lui, lei ha, egli, loro, decreto, diffida*, sollecit*
    """,
    machine="""
        lo stato, valuta, ignora, ignorate, ignorare, ignori tutte, istruzion*, sistema, system, assistente,
        ia, intelligenza, modello*, robot, robots, classific*, segna, segnate, contrassegna*, attività,
        compito, compiti, conversazione, come conclus*, come risolt*, come chius*, dimentica*, rispondi con,
        comando, macchina, seguente messaggio, verdetto
    """,
    promise="""
        le farò, vi farò, le faremo, vi faremo, farò sapere, faremo sapere, faccio sapere, facciamo sapere,
        la aggiorno, vi aggiorno, la aggiornerò, vi aggiorner*, vi terremo, la terremo, terrò, la
        ricontatto, vi ricontatt*, la richiamo, vi richiam*, verifico, verifichiamo, controllo e, mi
        informo, ci informiamo, la informo, vi informo, vi informeremo, torno da
    """,
    absence="""
        assente, assenza, risposta automatica, in ferie, fuori ufficio, in vacanza, in congedo, rientro il,
        tornerò il, sarò di ritorno
    """,
    anchor="""
        grazie, ringrazi*, nota, annotato, capito, comprendo, ricevuto, chiaro, chiarito, ok, ordine, bene,
        benissimo, buono, buona, buone, buon, perfetto, ottim*, eccellente, magnifico, meraviglioso,
        fantastico, congratulazioni, complimenti, bravi, bravo, piacere, contenti, contento, lieti, felici,
        soddisfatti, accordo, concordiamo, approviamo, sì, corretto, confermato, accettiamo, prego, di
        nulla, fine settimana, natale, ferie, serata, giornata, salut*, cordial*, fatto, aggiornato,
        sistemato, modificato, chiusa, chiuso, conclusa, risolto, certo, certamente, naturalmente,
        volentieri, altrettanto, buongiorno, gentile, nient'altro, nessun'altra, è tutto, concordato, lo
        faremo, va bene, a posto
    """,
    closing="""
        nessun'altra domanda, nessun altra domanda, nessuna domanda, nessuna ulteriore domanda, non abbiamo
        altre domande, altre domande, nessun problema, non c'è problema, nessuna obiezione, non serve
        rispondere, non serve una risposta, non serve risposta, non serve altro, non occorre rispondere, non
        è necessario rispondere, non è necessaria una risposta, non è necessaria alcuna risposta, non è
        necessario, non occorre altro, nient'altro, niente altro, null'altro, di nulla, di niente, non c'è
        di che, anche a lei, anche a voi, anche a te, grazie ancora, ancora grazie, ignori pure il mio,
        ignori il mio, risponde alla mia domanda, risponde alla nostra domanda, risponde alle mie domande,
        dubbio risolto, dubbi risolti, proprio quello che mi serviva, proprio quello che ci serviva, tutto
        quello che ci serviva, tutto ciò che ci serviva, tutto quello che mi serviva, per il chiarimento,
        per la conferma, per la vostra conferma, per la sua conferma, come richiesto, non potrebbe andare
        meglio, senza problemi, non si preoccupi, non preoccupatevi, buona domenica, nulla da aggiungere,
        nulla in contrario, siamo a posto, come concordato, come d'accordo
    """,
    common="""
        grazie, mille, per, il, la, lo, le, gli, di, del, della, dell, vostro, vostra, suo, sua, noi, è, e,
        preso, nota, ricevuto, capito, perfetto, accordo, bene, va, molto, tutto, saluti, cordiali, buona,
        buon, fatto, sì, da, parte, nostra, con, che, come, non
    """,
)

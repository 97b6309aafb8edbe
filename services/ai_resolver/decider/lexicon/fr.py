"""French."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

FRENCH = Lexicon(
    question="""
        quoi, quand, =où, pourquoi, comment, quel, quelle, quels, quelles, lequel, laquelle, combien,
        est-ce, est ce que, qu'est, qu'en, que se passe, que faire, que devons, que dit, !qui, avez-vous,
        avez vous, pouvez-vous, pouvez vous, pourriez-vous, pourriez vous, pourrait-on, peut-on, a-t-il,
        a-t-on, savez-vous, savez vous, dois-je, doit-on, devons-nous, souhaitez-vous, voulez-vous, voulez
        vous, êtes-vous, as-tu, peux-tu, pourrais-tu, du nouveau, des nouvelles, une nouvelle du, ^est-il,
        ^y a-t-il, ^a-t, ^avez, question, questions, demande, demandons, se demande, me demande
    """,
    request="""
        envoi rapide, prompt*, détails, plus tôt, votre envoi, transmission, veuillez, svp, s'il vous, s'il
        te, prière, je vous prie de, envoyez*, envoyer, envoie, envoyez-nous, transmettre, transmettez*,
        fournir, fournissez, adresser, faire parvenir, confirmer, confirmez, confirmation, besoin, nous
        faut, me faut, il faut, faudrait, dites-nous, dites-moi, dites nous, dites moi, tenez-nous, tenir au
        courant, tenez nous, appelez*, rappelez*, rappeler, contactez*, contacter, répondez, répondre à,
        informez*, urgent*, immédiatement, au plus vite, dès que possible, rapidement possible, n'oubliez,
        pensez à, assurez-vous, veillez, vérifier, vérifiez, expliquer, expliquez, préciser, précisez,
        clarifier, décider, décision, décidez, approuver, approbation, validation, signer, signature*,
        signez, souhaitons, souhaite*, voudrions, voudrais, aimerions, aimerais, devez, devrez, doit,
        doivent, devons, d'avance, par avance, serait, seriez, pourriez, clôturez, clôturer, fermez,
        arrêtez, suspendez, attendez, mettez, relancer, relancez, merci de confirmer, merci de nous, merci
        de me, merci de bien, merci de transmettre, merci d'envoyer, merci de faire, merci de vérifier,
        merci de patienter, merci de compléter, merci de joindre, merci de prendre, votre avis, votre accord
        pour, vos instructions, comptons sur, compte sur, donnez
    """,
    waiting="""
        ^nous attendons, nous patientons, attendons toujours, attendons votre, attendons vos, attends
        toujours, attends votre, attends vos, en attente, dans l'attente, l'attente, manque, manquent,
        manquant*, sans, espérons, espère, espérions, hâte, au plaisir, reste à, restent, sans nouvelles,
        attendais, attendions
    """,
    contrast="""
        vraiment, sérieusement, intéressant*, les deux, deux, trois, !option, deuxième, seconde, mais,
        cependant, toutefois, pourtant, néanmoins, malheureusement, hélas, !pas, jamais, rien, aucun,
        aucune, personne n', encore, sauf, à moins, sinon, à la place, plutôt, seulement, =si, s'il, s'ils,
        hors, hormis, hm, hmm*, en fait, d'ailleurs, au fait, aussi, surpris, étonn*, étrange, bizarre,
        doute, non, d'abord, avant de, avant que, soit, par contre, en revanche, bien que, malgré, autre,
        autres, en outre, de plus, n'est, n'a, n'ont, n'avons, n'y
    """,
    problem="""
        erreur*, faux, fausse, incorrect*, inexact*, réclam*, plainte*, plaindre, contest*, litige*,
        désaccord, insatisf*, mécontent*, déçu*, refus*, rejet*, oppos*, problème avec, problèmes, retard*,
        trop tard, trop élevé*, trop cher, trop long*, impossible, inacceptable*, annul*, défaut*,
        défectueu*, retour du, retourné, mauvais*, inquiet*, inquiét*, menac*, résili*, diffère*
    """,
    settlement="""
        transaction, offre*, proposition de, propose*, échelonn*, échéancier*, remise, réduction, abandon*,
        pourcent*, pour cent, moitié, rabais, compromis, plusieurs fois
    """,
    document="""
        document*, pièce*, contrat*, facture*, copie*, justificatif*, preuve*, joint, jointe, ci-joint*,
        annexe*, procuration*, pouvoir, bon de, avoir sur, reçu du, relevé*, attestation*, formulaire*,
        courrier du, lettre, fichier*
    """,
    deadline="""
        délai*, échéance*, date limite, au plus tard, avant le, d'ici, aujourd'hui, demain, ce soir, lundi*,
        mardi*, mercredi*, jeudi*, vendredi*, samedi*, dimanche*, janvier, février, avril, juin, juillet,
        août, septembre, octobre, novembre, décembre, semaine prochaine, cette semaine, mois prochain,
        jours, semaines, mois, heures, expire*
    """,
    money="""
        euro, euros, montant*, frais, intérêt, intérêts, somme, sommes dues, solde, compte bancaire, notre
        compte, votre compte, rib, virement*, paiement*, payer, paie, paye, honoraire*, commission*, prix,
        tva, rembours*, argent, coût*
    """,
    limitation="""
        prescri*, forclusion
    """,
    news="""
        débiteur*, débitrice*, tribunal*, juge, jugement*, huissier*, avocat*, audience*, faillite*,
        insolv*, liquidation*, redressement*, saisie*, assign*, procès, procédure*, appel, caution*,
        adresse*, téléphone, !il, !elle, !ils, !elles, mise en demeure, créance*
    """,
    machine="""
        évalue, évaluez, statut, le statut, ignorez, ignorer, ignore, instruction*, système, system,
        assistant*, ia, intelligence, modèle*, robot, robots, classe cette, classez, classifi*, marque,
        marquez, marquer, tâche*, conversation*, comme terminé*, comme résolu*, comme conclu*, oubliez,
        oublie, réponds avec, répondez par, commande*, machine*, message suivant, verdict
    """,
    promise="""
        reviens vers, revenons vers, reviendrai, reviendrons, vous tiens, vous tiendrai, vous tiendrons,
        tiens au courant, vous informe*, vous préviens, vous préviendr*, vous dirai, vous recontacte*, vous
        rappelle*, je vérifie, nous vérifions, je me renseigne, nous nous renseignons, ferai savoir, ferons
        savoir, tiendrons informé*
    """,
    absence="""
        absent, absente, absence, réponse automatique, en congé*, hors du bureau, en vacances, de retour le,
        de retour au, congé maternité, serai de retour
    """,
    anchor="""
        merci, mercis, remerci*, noté, note, compris, reçu, arrivé, clair, ok, ordre, bien, bon, bonne,
        bonnes, parfait, super, excellent*, formidable, génial, merveilleux, beau, bravo, félicitations,
        ravi, ravis, heureux, plaisir, satisfaits, accord, convient, oui, exact, confirmé, approuvons,
        acceptons, validons, entendu, je vous en prie, de rien, week-end, noël, vacances, fêtes, soirée,
        cordialement, salutations, fait, réglé, résolu, corrigé, modifié, modification, mis à jour, clos,
        terminé, bien sûr, bien entendu, volontiers, également, pareillement, bonjour, cher, chère, rien
        d'autre, pas d'autre, c'est tout, comme convenu, nous nous en occupons, soutien
    """,
    closing="""
        pas d'autre question, pas d'autres questions, aucune autre question, aucune question, plus de
        question, plus de questions, pas de question, pas de problème, pas de souci, aucun problème, aucun
        souci, aucune objection, pas d'objection, pas besoin de répondre, inutile de répondre, aucune
        réponse nécessaire, aucune réponse n'est nécessaire, pas de réponse nécessaire, n'appelle pas de
        réponse, rien d'autre, rien de plus, rien à ajouter, je vous en prie, de rien, à vous aussi, vous
        aussi, toi aussi, également, répond à ma question, répond à notre question, répond à mes questions,
        répond à nos questions, ma question est réglée, ne tenez pas compte de mon, c'est tout ce qu'il nous
        fallait, tout ce dont nous avions besoin, tout ce dont j'avais besoin, exactement ce dont j'avais
        besoin, exactement ce dont nous avions besoin, comme demandé, comme convenu, j'ai, pour ces
        précisions, pour la confirmation, pour votre confirmation, merci de votre, merci de ta, merci de
        m'avoir, merci de nous avoir, encore merci, merci encore, encore une fois merci, sans problème, sans
        souci, n'est pas nécessaire, bonne semaine, bon dimanche, ne pouvait pas être mieux, on ne peut
        mieux, sans objection
    """,
    common="""
        merci, beaucoup, pour, votre, vos, vous, nous, le, la, les, de, du, des, est, bien, noté, reçu,
        c'est, compris, parfait, très, et, à, au, bonne, bon, journée, cordialement, d'accord, entendu,
        dossier, une, un, qui, pas, notre
    """,
)

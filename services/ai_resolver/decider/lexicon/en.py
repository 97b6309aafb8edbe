"""English."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

ENGLISH = Lexicon(
    question="""
        what, what's, whats, when, where, why, how, !who, who's, whose, which, whether, whom, any news, any
        update*, any progress, any chance, any idea, anything new, do you, did you, does he, did he, does
        it, can you, can we, can i, could you, could we, would you, will you, will he, will they, have you,
        has he, has the, are you, are we, are there, is there, is he, is it, is this, is that, shall we,
        shall i, should we, should i, may i, may we, am i, were you, was it, wonder, wondering, wondered,
        curious, question*, right then, ^is, ^are, ^was, ^were, ^do, ^does, ^did, ^can, ^could, ^shall,
        ^has, ^any, ^will you, ^will he, ^will the, ^will it, ^would, isn't it, aren't you, don't you, wdyt,
        eta
    """,
    request="""
        would welcome, love to know, once the, soon, soonest, prompt, promptly, earlier, next time, details,
        taking this up, making sure, your early, an early, a quick reply, a quick answer, a swift reply, a
        prompt reply, a fast reply, please, pls, plz, kindly, send, sending, provide, !forward, confirm,
        confirmation, let me know, let us know, let me have, advise, need, needs, needed, require*,
        request*, want, wants, would like, i'd like, we'd like, !must, should, ought, have to, has to, had
        to, call me, call us, ring me, get in touch, contact, remind*, urgent*, asap, as soon as possible,
        immediately, at once, ensure, make sure, arrange, submit, sign, signature*, instruct, approve,
        approval, decide, decision, tell me, tell us, explain, clarify, clarification, check, verify,
        review, keep me, keep us, hurry, stop, hold on, hold off, do not close, reopen, close it, close the,
        put the, go after, resend, share, give me, give us, get me, get us, help me, help us, appreciate it
        if, grateful if, grateful for, appreciate a*, would be nice, would be great, would be good, would be
        helpful, would be enough, would help, would be, in advance, your call, up to you, your view*, your
        opinion, your thoughts, your feedback, your comment*, your input, action required, count on, rely
        on, make it, remember to, any help, is welcome, are welcome to, don't forget, bear in mind, try to,
        see to it, looking into
    """,
    waiting="""
        we are waiting, are waiting, i am waiting, await*, waiting for, waiting on, still waiting, expect*,
        missing, lack*, without, looking forward, look forward, hear from you, heard from, heard nothing,
        pending, outstanding, overdue, remains, hope to, hoped, hoping
    """,
    contrast="""
        really, seriously, sure about, interesting, so be it, whatever, both, two, three, four, five,
        !option, !second, third, but, however, although, though, tho, except, unless, otherwise, instead,
        yet, still, if, unfortunately, !not, n't, don't, doesn't, didn't, isn't, wasn't, can't, cannot,
        won't, couldn't, haven't, hasn't, wouldn't, shouldn't, aren't, never, nobody, no one, none, unsure,
        uncertain, unclear, not sure, i guess, i suppose, hmm*, hm, well then, assume, presume, apart from,
        one more, another, also, too high, by the way, btw, ps, p.s, meanwhile, only, just to be sure,
        thanks for nothing, surprised, strange, odd, actually, in addition, furthermore, either, first,
        before
    """,
    problem="""
        disput*, object, objects, objected, objection*, contest*, wrong, incorrect, mistake*, error*,
        complain*, unacceptable, disappoint*, refus*, reject*, deny, denies, denied, disagree*, defect*,
        faulty, problem with, problems, issue*, concern*, dissatisf*, unhappy, angry, late, delay*, fail*,
        unable, impossible, returned, cancel, cancelled, canceled, cancelling, cancellation*, revoke*,
        withdraw*, breach, threat*, fraud*, terrible, poor, bad, worse, worst, disgrace*, misunder*,
        mismatch, differ*, too much, too little, too long, too late, higher, lower
    """,
    settlement="""
        settlement*, settle, offer*, propos*, instal*, discount*, reduction, payment plan, waive*, write
        off, write-off, compromise, percent, per cent, half, haircut, counteroffer
    """,
    document="""
        document*, contract*, invoice*, copy, copies, statement*, proof, evidence, attach*, enclos*, power
        of attorney, delivery note*, order confirmation, credit note, receipt*, report is, upload*,
        download*, pdf, scan*, paperwork, affidavit, certificate*, form, forms, letter is, letter from
    """,
    deadline="""
        deadline*, due, until, by the end, by noon, within, today, tomorrow, tonight, monday, tuesday,
        wednesday, thursday, friday, saturday, sunday, january, february, april, june, july, august,
        september, october, november, december, next week, next month, this week, this month, this
        afternoon, latest by, at the latest, days, weeks, months, hours, time limit, expire*, eod, eow
    """,
    money="""
        eur, euro, euros, usd, gbp, dkk, sek, nok, pln, chf, dollar*, pound, pounds, amount*, fee, fees,
        cost, costs, charge, charges, charged, charging, interest, balance, price, invoice total, vat,
        refund*, account, iban, bic, swift, bank, deduct*, commission, payment, payments, pay, pays
    """,
    limitation="""
        limitation*, statute, time-barred, time barred, prescri*, lapse*
    """,
    news="""
        debtor*, court*, judge*, judgment*, bailiff*, lawyer*, attorney*, hearing*, insolv*, bankrupt*,
        liquidat*, lawsuit, sue, sued, litigat*, enforcement, appeal*, guarantor*, claims that, says that,
        claim, address, phone number, !he, !she, !his, !her, !they, !them, !their, escalat*, legal
    """,
    machine="""
        status, thread, chat, close this, skip this, ignore, disregard all, disregard any, disregard
        previous, override, instruction*, system, assistant*, prompt*, ai, a.i, llm, gpt, chatgpt, claude,
        bot, robot, chatbot, language model, model, algorithm, classif*, verdict*, conclude*, resolve*,
        resolution, mark this, mark it, mark as, mark the, marked as, label*, task, tasks, json, output,
        respond with, answer with, confidence, true, false, null, roleplay, pretend, act as, you are now,
        developer, debug, maintenance, admin, jailbreak, token, script, user said, user has, conversation,
        following message, above, previous instructions, new rule*, end of, begin
    """,
    promise="""
        get back to, come back to you, back to you, let you know, keep you, update you, inform you, look
        into, let me check, will check, will revert, revert, will call you, will write to you, will ask,
        find out, will send, will forward, will report, in touch, follow up, follow-up, keep an eye, will
        tell you
    """,
    absence="""
        out of office, out of the office, automatic reply, auto reply, autoreply, auto-reply, on leave,
        annual leave, on vacation, on holiday, on parental leave, limited access, maternity leave, away from
        my desk, return to the office, be back, back on, back in the office, no access to
    """,
    anchor="""
        thank*, thx, thanx, ta, cheers, appreciat*, grateful, obliged, noted, note, understood,
        acknowledged, received, got it, clear, ok, okay, alright, all right, agree*, fine, good, great,
        perfect, excellent, super, superb, wonderful, fantastic, brilliant, lovely, amazing, awesome,
        splendid, nice, glad, happy, pleased, delighted, well done, bravo, congrat*, welcome, pleasure,
        worries, no problem, weekend, evening, holiday*, christmas, easter, new year, regards, wishes,
        greetings, done, closed, settled, sorted, solved, resolved, all set, yes, confirmed, correct,
        exactly, absolutely, sure, of course, certainly, gladly, will do, likewise, same to you, you too,
        hello, hi, dear, wow, updated, completed, fixed, arranged, taken care, no further, nothing further,
        nothing more, that is all, that was all, that is everything, approved, makes sense, proceed, go
        ahead, the best, no objections
    """,
    closing="""
        see you soon, speak soon, talk soon, no further questions, no more questions, no other questions, no
        questions, answers my question, answers our question, answered my question, answered our question,
        answers my questions, answers our questions, no need to reply, no need to answer, no need to
        respond, no need for a reply, no reply needed, no reply necessary, no reply required, no answer
        needed, no response needed, no response necessary, no further response needed, no action needed, no
        action required, no further action needed, no further action required, no further action, nothing
        further needed, nothing more needed, nothing else needed, nothing more is needed, nothing further is
        needed, nothing else is needed, not a problem, no problem, no problems, no issue, no issues, no
        objections, no objection, no concerns, everything we need, everything we needed, all we need, all we
        needed, all i need, all i needed, what we needed, what i needed, exactly what i needed, exactly what
        we needed, as requested, as you requested, as instructed, as you instructed, as confirmed, disregard
        my, you can ignore my, forget my question, please to hear, thank you too, thanks too, you too, me
        too, to you too, and you too, well done, no further comments, no comments, not at all, looking good,
        do not need anything, don't need anything, need anything else from, need nothing more, don't mention
        it, could not be better, couldn't be better, couldn't have, could not have, no trouble, got what i
        needed, does not need a reply, does not require a reply, no reply from you is needed, no reply is
        needed, no reply is required, no answer is needed, no answer is required, not necessary to reply, is
        not necessary, nothing to add, have what we need, have what i need, how nice, how kind, how lovely,
        how wonderful, thank you for explaining, thanks for explaining, thanks for clarifying, thank you for
        clarifying, thanks for checking, thank you for checking, thanks for confirming, for the
        clarification, for the confirmation, for the quick confirmation, for confirming, for your
        confirmation, no hurry, no worries, in our system, in the system, not to worry
    """,
    common="""
        the, thank, thanks, you, your, we, our, us, is, it, this, that, of, for, and, on, with, noted,
        understood, received, great, good, have, all, from, done, everything, very, much, will, agreed,
        fine, regards, best, no, yes, ok, okay, works
    """,
)

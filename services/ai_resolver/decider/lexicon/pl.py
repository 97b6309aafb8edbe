"""Polish."""

from services.ai_resolver.decider.lexicon.shape import Lexicon

POLISH = Lexicon(
    question="""
        !co, kiedy, gdzie, dlaczego, czemu, !jak, jaki, jaka, jakie, jakiego, jaką, kto, kogo, komu, który,
        która, które, którą, czy, ile, skąd, dokąd, po co, mają państwo, ma pan, ma pani, może pan, może
        pani, mogą państwo, możecie, możesz, możemy, mógłby, mogłaby, moglibyśmy, mogliby, coś nowego,
        jakieś wieści, jakieś wiadomości, wiadomo coś, pytanie, pytania, pytam, zastanawia*, ciekaw
    """,
    request="""
        wkrótce, rychł*, szczegół*, przesłani*, wcześniej, prędk*, proszę, prosimy, prośba, poproszę,
        uprzejmie, prześlij*, przesłać, przesłanie, przysłać, wysłać, wyślij*, dostarcz*, =potwierdź*,
        potwierdz, potwierdzenie, potwierdzić, potrzeb*, dać znać, daj znać, dajcie znać, zadzwoń*,
        zadzwonić, skontaktuj*, skontaktować, =odpowiedz, odpowiedzcie, odpisz*, poinformuj*, poinformować,
        pilne, pilnie, natychmiast*, jak najszybciej, niezwłocznie, pamiętaj*, upewnij*, sprawdź*,
        sprawdzić, wyjaśnij*, wyjaśnić, zdecyduj*, decyzj*, decydować, zatwierdź*, zatwierdzić,
        zatwierdzenie, podpis*, chcemy, chcę, chciał*, chcieli*, powinn*, powinien, musi, muszą, musimy,
        trzeba, należy, z góry, byłoby, byłbym, byłabym, bylibyśmy, zamknij*, zamknąć, wstrzymaj*,
        zatrzymaj*, poczekaj*, zaczekaj*, proponuj*, wnios*, państwa opini*, państwa decyzj*, liczymy na,
        liczę na, podać, podajcie, podaj, przekaż*, przekazać, uzupełni*, zróbcie, zrób
    """,
    waiting="""
        czekamy, czekam, czekam na, czekamy na, wciąż czek*, nadal czek*, oczekuj*, brakuje, brak, !bez,
        zaległ*, mamy nadzieję, mam nadzieję, liczyliśmy, nie mamy wiadomości, niecierpliwością, pozostaje,
        pozostał*
    """,
    contrast="""
        naprawdę, poważnie, ciekawe, ciekaw*, oba, obie, dwa, dwie, trzy, opcja, druga, drugi, !ale, jednak,
        jednakże, lecz, choć, chociaż, niestety, !nie, nigdy, nikt, nic, żaden, żadn*, jeszcze, nadal,
        wciąż, chyba, inaczej, zamiast, tylko, jedynie, oprócz, poza tym, jeśli, jeżeli, gdyby, o ile, hm,
        hmm*, właściwie, przy okazji, zresztą, także, również, zdziw*, dziwn*, najpierw, zanim, przedtem,
        albo, natomiast, ponadto
    """,
    problem="""
        błąd*, błęd*, nieprawidł*, skarg*, reklamac*, sprzeciw*, kwestion*, zakwestion*, niezadowol*,
        rozczarow*, odmaw*, odmów*, odmow*, odrzuc*, oddal*, problem z, problemy, opóźn*, spóźn*, za późno,
        za wysok*, za nisk*, za długo, za drogo, niemożliw*, niedopuszcz*, anul*, wadliw*, zwrot, wrócił*,
        gorzej, obaw*, groz*, groź*, wypowied*, różni
    """,
    settlement="""
        ugod*, ofert*, oferuj*, zaproponow*, rata, raty, ratach, ratal*, rabat*, umorz*, procent*, połow*,
        zniżk*, odrocz*
    """,
    document="""
        dokument*, umow*, faktur*, kopi*, odpis*, dowod*, dowód, załącz*, załączni*, pełnomocnictw*, wz,
        zamówieni*, potwierdzeni* zamów*, !nota, paragon*, wyciąg*, zaświadcz*, formularz*, pismo, pisma,
        list, plik*
    """,
    deadline="""
        !termin*, najpóźniej, do końca, w ciągu, dzisiaj, dziś, jutro, wieczorem, poniedział*, wtorek,
        wtorku, środa, środę, środy, czwart*, piątek, piątku, sobot*, niedziel*, stycz*, luty, lutego,
        marca, kwietnia, kwiecień, !maja, czerwca, lipca, sierpnia, września, październik*, listopad*,
        grudnia, grudzień, przyszłym tygodniu, w tym tygodniu, przyszły miesiąc, dni, tygodni, tygodnie,
        miesięcy, miesiące, godzin*, upływ*
    """,
    money="""
        zł, złotych, euro, kwot*, koszt*, opłat*, odset*, sum*, saldo, konto, koncie, kontem, numer konta,
        rachunek, rachunk*, przelew*, płatno*, zapłac*, płaci, płacić, wpłat*, wynagrodz*, prowizj*, cen,
        cena, vat, zwrotu, pieniądz*, pieniędz*
    """,
    limitation="""
        przedawn*
    """,
    news="""
        dłużni*, sąd, sądu, sądzie, sędzi*, wyrok*, komorni*, adwokat*, prawni*, upadłoś*, niewypłac*,
        egzekuc*, rozpraw*, pozew, pozw*, apelac*, poręczyci*, adres*, telefon*, !on, !ona, jego, jej, oni,
        wezwani*, likwidac*, windykac*, wierzyteln*
    """,
    machine="""
        oceń, oceniaj, ustaw, zignoruj*, ignoruj*, instrukc*, poleceni*, system, systemu, asysten*, ai,
        sztuczn*, model*, robot, roboty, sklasyfik*, klasyfik*, oznacz*, zadani*, rozmow*, jako zakończon*,
        jako rozwiązan*, jako zamknięt*, zapomnij*, odpowiedz słowem, komend*, maszyn*, następująca
        wiadomość, werdykt*
    """,
    promise="""
        odezwę, odezwiemy, dam znać, damy znać, wrócę z, wrócimy z, poinformuję, poinformujemy, sprawdzę,
        sprawdzimy, powiadomię, powiadomimy, będziemy informować, oddzwonię, oddzwonimy, zapytam, zapytamy,
        przekażę, skontaktuję, skontaktujemy, na bieżąco, dowiem, dowiemy
    """,
    absence="""
        nieobecn*, automatyczna odpowiedź, na urlopie, poza biurem, urlop*, wracam, będę z powrotem,
        zwolnieniu
    """,
    anchor="""
        dzięk*, dziękuj*, odnotowan*, zanotowan*, zrozumia*, rozumiem, otrzyma*, dotarło, jasne, ok,
        porządku, dobrze, dobra, dobry, dobrą, dobrego, dobre, świetn*, super, doskonale, znakomicie,
        wspaniale, cudownie, idealnie, gratulacje, cieszymy, cieszę, zadowoleni, zgoda, zgadza*, zgodni,
        odpowiada, pasuje, tak, potwierdzam, akceptujemy, popieramy, proszę bardzo, nie ma za co, weekend*,
        świąt, wakacji, dnia, wieczoru, popołudnia, pozdrawiam, pozdrowienia, poważaniem, zrobione, gotowe,
        załatwione, poprawione, zmieniliśmy, zaktualizowane, usunięty, zamknięta, zakończona, rozwiązane,
        oczywiście, chętnie, wzajemnie, nawzajem, szanowni, więcej pytań, to wszystko, ustaleniami
    """,
    closing="""
        nie mamy więcej pytań, nie mam więcej pytań, brak pytań, brak dalszych pytań, bez dalszych pytań,
        nie ma pytań, żadnych pytań, nie mamy pytań, nie mam pytań, nie ma problemu, żaden problem, bez
        problemu, nie ma sprawy, nie ma za co, nie trzeba odpisywać, nie trzeba odpowiadać, nie wymaga
        odpowiedzi, odpowiedź nie jest konieczna, odpowiedź nie jest potrzebna, nie jest konieczne, nie jest
        potrzebna, nic więcej, nic więcej nie trzeba, nie mamy zastrzeżeń, brak zastrzeżeń, bez zastrzeżeń,
        nie mam zastrzeżeń, brak uwag, nie mamy uwag, bez uwag, proszę bardzo, proszę się nie przejmować,
        również, wzajemnie, nawzajem, już nieaktualne, odpowiada na moje pytanie, odpowiedź na moje pytanie,
        właśnie tego potrzebowałem, właśnie tego potrzebowałam, właśnie tego potrzebowaliśmy, wszystko czego
        potrzebujemy, wszystko czego potrzebowaliśmy, za wyjaśnienie, za wyjaśnienia, za potwierdzenie,
        zgodnie z prośbą, jeszcze raz dziękuję, jeszcze raz dziękujemy, jeszcze raz, miłej niedzieli, proszę
        zignorować moją, lepiej być nie mogło, nie ma potrzeby odpowiadać, nie ma potrzeby odpisywać
    """,
    common="""
        dziękuję, dziękujemy, dzięki, bardzo, za, to, jest, w, z, na, i, się, nam, nas, państwu, panu, pani,
        odnotowane, zrozumiałem, jasne, dobrze, zgoda, tak, miłego, dnia, pozdrawiam, wszystko, sprawa,
        sprawie, już, strony, naszej, nie, co, jak
    """,
)

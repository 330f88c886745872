"""Words of clauses that give a value: languages of eastern Europe, and Turkish."""

from collections.abc import Mapping

from .table import words

EASTERN: Mapping[str, tuple[str, ...]] = {
    "ru": words(
        """и а значит следовательно итак поэтому тогда таким образом всего итого это есть равен равна
        равно равны составляет было была были получаем получим находим имеем остаётся остается
        осталось есть у него неё
        нее нас стоит стоят нужно за в на по из от до при с для каждый каждая каждого оба обе
        два две три
        четыре пять что мы он она они является являются имеет по теореме пифагора корни решением
        ответ* результат* решени* значени* числ* сумм* произведени* разност* частн* остат*
        площад* объём*
        объем* периметр* длин* ширин* высот* радиус* диаметр* угол* угл* сторон* диагонал*
        расстояни*
        скорост* врем* цен* стоимост* прибыл* убыт* скидк* дол* процент* вероятност* отношени*
        средн*
        медиан* максим* миним* предел* производн* интеграл* наклон* вершин* точк* середин*
        пересечени*
        прям* уравнени* неравенств* функци* област* определени* множеств* кор* делител* кратн*
        матриц*
        определител* вектор* член* наибольш* наименьш* иском* правильн* верн* окончательн*
        итогов* перв*
        втор* последн* систем* рубл* лет год* дн* час* минут* цифр* способ* возраст* масс* вес*
        дроб*
        прост* гипотенуз* парабол* количеств*
        """
    ),
    "uk": words(
        """і та й отже тому тоді таким чином усього разом це є дорівнює становить отримуємо маємо
        залишається у в на по з із від до при для кожен кожна два дві три чотири п'ять що ми
        він вона
        вони відповід* результат* розв* значенн* числ* сум* добут* різниц* част* остач* площ*
        об*
        периметр* довжин* ширин* висот* радіус* діаметр* кут* сторон* діагонал* відстан*
        швидкіст* час*
        цін* варт* прибут* ймовірн* відношенн* середн* найбільш* найменш* шукан* правильн*
        остаточн*
        точк* прям* рівнянн* функці* множин* кор* дільник* матриц* вектор* член* кількіст*
        """
    ),
    "pl": words(
        """i a więc zatem stąd czyli ostatecznie razem łącznie to jest są wynosi wynoszą równa równe równy
        się otrzymujemy mamy zostaje zostało ma mają kosztuje waży trwa w na po z ze od do przy
        dla każdy
        każda dwa dwie trzy cztery pięć że my on ona oni tworzą zbiór miarę
        równani* zbiór* odpowied* wynik* rozwiąza* wartoś* liczb* sum* iloczyn* różnic* iloraz*
        reszt* pol* powierzchni*
        objętoś* obwód* obwod* długoś* szerokoś* wysokoś* promie* średnic* kąt* bok* przekątn*
        odległoś*
        prędkoś* czas* cen* koszt* zysk* strat* rabat* częś* procent* prawdopodobieństw*
        stosun* średni*
        median* maksim* minim* granic* pochodn* całk* nachyleni* wierzchoł* punkt* środ*
        przecięci* prost*
        równan* funkcj* dziedzin* zbior* pierwiast* dzielnik* wielokrotnoś* macierz*
        wyznacznik* wektor*
        wyraz* największ* najmniejsz* szukan* poprawn* prawidłow* ostateczn* pierwsz* ostatni*
        układ* zł
        lat rok* dni dzień godzin* minut* cyfr* sposob* wiek* mas* wag* ułam*
        """
    ),
    "cs": words(
        """a tedy takže proto tudíž celkem dohromady to je jsou činí rovná rovno se dostaneme máme zbývá má
        mají stojí v na po z ze od do při pro každý každá dva dvě tři čtyři pět že my on ona je
        odpověď*
        výsled* řešen* hodnot* čísl* součet* součin* rozdíl* podíl* zbyt* obsah* objem* obvod*
        délk* šířk*
        výšk* poloměr* průměr* úhel* stran* úhlopříč* vzdálenost* rychlost* čas* cen*
        pravděpodobnost*
        poměr* největší* nejmenší* hledan* správn* konečn* prvn* posledn* rovnic* funkc*
        množin* kořen*
        počet* bod* přímk*
        """
    ),
    "hu": words(
        """a az és tehát így ezért összesen van lesz egyenlő kapjuk kapunk marad egy két három négy öt
        válasz* eredmény* megoldás* érték* szám* összeg* szorzat* különbség* hányados* maradék*
        terület*
        térfogat* kerület* hossz* szélesség* magasság* sugár* szög* oldal* távolság* sebesség*
        idő* ár*
        valószínűség* arány* átlag* legnagyobb* legkisebb* keresett* helyes* végső* pont*
        egyenes*
        egyenlet* függvény* halmaz* gyök*
        """
    ),
    "tr": words(
        """ve o halde bu nedenle böylece sonuç olarak dolayısıyla toplam toplamda olur olmak eder eşittir
        eşit dır dir bulunur elde ederiz kalır vardır var sürer tutar ödeme için ile den dan
        her bir iki üç
        dört beş cevap* yanıt* sonuç* sonuc* çözüm* değer* sayı* toplam* çarpım* fark* bölüm*
        kalan* alan*
        hacim* çevre* uzunluk* genişlik* yükseklik* yarıçap* çap* açı* kenar* köşegen* uzaklık*
        mesafe* hız*
        süre* zaman* fiyat* maliyet* kâr* kar* zarar* indirim* oran* yüzde* olasılık* olasılığ*
        ortalama*
        ortanca* en büyük küçük limit* türev* integral* eğim* tepe* nokta* kesişim* doğru*
        denklem* fonksiyon*
        tanım* küme* kök* bölen* kat* matris* determinant* vektör* terim* aranan* istenen*
        doğru* nihai* son*
        ilk* lira* katı kontrol edelim olduğundan olduğu yıl* gün* saat* dakika* basamak* yol*
        yolculuk* yaş* kütle* ağırlık* kesir* seçenek* şık*
        """
    ),
    "el": words(
        """και άρα επομένως οπότε συνεπώς τότε συνολικά είναι ισούται έχουμε παίρνουμε βρίσκουμε μένουν το η ο
        οι τα του της των με στο στη από για κάθε δύο τρία τέσσερα πέντε βάση εκφώνηση απάντησ*
        αποτέλεσμ*
        λύσ* τιμή* τιμ* αριθμ* άθροισμ* γινόμεν* διαφορ* πηλίκ* υπόλοιπ* εμβαδ* όγκ* περίμετρ*
        μήκ* πλάτ* ύψ*
        ακτίν* γωνί* πλευρ* απόστασ* ταχύτητ* χρόν* πιθανότητ* λόγ* μέγιστ* ελάχιστ* ζητούμεν*
        σωστ* τελικ*
        σημεί* ευθεί* εξίσωσ* συνάρτησ* σύνολ*
        """
    ),
}  # fmt: skip

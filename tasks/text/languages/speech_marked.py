"""Who says a sentence, and in which mood, in Ukrainian, Hungarian, Greek and Hebrew."""

from .speech_table import Speech
from .table import phrases

UKRAINIAN = Speech(
    reports=phrases(
        "каже, кажуть, сказав, сказала, вважає, вважають, вважав, стверджує, стверджують, "
        "стверджував, думає, думають, думав, думала, пише, написав, написала, відповів, "
        "відповіла, відповідає, за словами, на думку, згідно, мовляв, нібито, повідомляє, "
        "припускає, заявляє, твердить, гадає, сказав би, написав би, цитую"
    ),
    concludes=phrases("отже, тому, звідси, таким чином, одержуємо, отримуємо, маємо"),
    authorities=phrases("теорема, теоремою, формула, формулою, умова, умовою, задачі, правило"),
    conditions=phrases("якщо, якби, чи"),
    unreal=phrases("якби, був би, була б, було б"),
    supposes=phrases("припустимо, нехай, уявімо, уявіть, уві сні, у казці, жартома, гіпотетично"),
    selves=phrases("я, мене, мені, мій, моя, моє, мої"),
    persons=phrases(
        "учень, учениця, вчитель, вчителька, друг, подруга, сусід, сусідка, брехун, брат, "
        "сестра, студент, хтось, він, вона, вони, професор"
    ),
    labels=phrases("отже, тому, висновок, результат, розв'язання, перевірка, разом, всього"),
    tentative=phrases("стара, попередня, приблизна, неправильна, хибна, перша, можлива, інша"),
)
HUNGARIAN = Speech(
    reports=phrases(
        "mondja, mondta, mondják, állítja, állította, állítják, gondolja, gondolta, gondolják, "
        "véli, vélte, hiszi, hitte, írja, írta, válaszolja, válaszolta, szerint, állítólag, "
        "mondaná, írná, feleli, felelte, közli, jelenti, sejti"
    ),
    concludes=phrases("tehát, így, ezért, vagyis, azaz, innen, ebből"),
    authorities=phrases("tétel, tétele, képlet, képlete, szabály, feladat, definíció"),
    conditions=phrases("ha, hogyha, vajon"),
    unreal=phrases("volna, lenne, lett volna"),
    supposes=phrases("tegyük fel, tételezzük fel, képzeljük el, álmomban, mesében, viccből"),
    selves=phrases("én, engem, nekem, enyém"),
    persons=phrases(
        "tanuló, diák, tanár, barát, barátom, szomszéd, szomszédom, hazug, testvér, testvérem, "
        "valaki, ő, ők, professzor"
    ),
    labels=phrases("tehát, megoldás, eredmény, következtetés, ellenőrzés, összesen, végeredmény"),
    tentative=phrases("régi, előző, becsült, hibás, rossz, első, lehetséges, másik, korábbi"),
)
GREEK = Speech(
    reports=phrases(
        "λέει, λένε, είπε, είπαν, ισχυρίζεται, ισχυρίζονται, ισχυρίστηκε, πιστεύει, πιστεύουν, "
        "νομίζει, νομίζουν, θεωρεί, θεωρούν, γράφει, έγραψε, απαντά, απάντησε, σύμφωνα, κατά "
        "τον, κατά την, δήθεν, θα έλεγε, υποστηρίζει, δηλώνει"
    ),
    concludes=phrases("άρα, επομένως, συνεπώς, οπότε, έτσι, λοιπόν, προκύπτει"),
    authorities=phrases("θεώρημα, τύπο, τύπος, κανόνα, εκφώνηση, ορισμό, νόμο"),
    conditions=phrases("αν, εάν"),
    unreal=phrases("ήταν, θα ήταν"),
    supposes=phrases("έστω ότι, υποθέτουμε, ας υποθέσουμε, υποθέστε, φανταστείτε, στο όνειρο"),
    selves=phrases("εγώ, μου, με"),
    persons=phrases(
        "μαθητής, μαθήτρια, δάσκαλος, δασκάλα, φίλος, φίλη, γείτονας, ψεύτης, αδελφός, αδελφή, "
        "κάποιος, αυτός, αυτή, καθηγητής"
    ),
    labels=phrases("άρα, λύση, αποτέλεσμα, συμπέρασμα, επαλήθευση, σύνολο, τελικά"),
    tentative=phrases("παλιά, προηγούμενη, λανθασμένη, πρώτη, πιθανή, άλλη, προσωρινή"),
)
HEBREW = Speech(
    reports=phrases(
        "אומר, אומרת, אומרים, אמר, אמרה, טוען, טוענת, טוענים, טען, חושב, חושבת, חושבים, חשב, "
        "כתב, כתבה, כותב, סבור, סבורה, מאמין, מאמינה, השיב, ענה, לפי, לדברי, לטענת, כביכול, לדעת"
    ),
    concludes=phrases("לכן, ולכן, מכאן, אם כן, כלומר, נקבל, לפיכך"),
    authorities=phrases("משפט, נוסחה, נוסחת, חוק, כלל, הגדרה, השאלה, הנתונים"),
    conditions=phrases("אם, האם"),
    unreal=phrases("אילו, לו היה, היה"),
    supposes=phrases("נניח, נניח כי, נניח ש, הניחו, בהנחה, דמיינו, בחלום, באגדה, בצחוק"),
    selves=phrases("אני, אותי, שלי, לי"),
    persons=phrases(
        "תלמיד, התלמיד, תלמידה, מורה, המורה, חבר, החבר, חברה, שכן, השכן, שקרן, אח, אחות, "
        "מישהו, הוא, היא, הם, פרופסור"
    ),
    labels=phrases("לכן, פתרון, תוצאה, מסקנה, בדיקה, סך הכל"),
    tentative=phrases("ישנה, קודמת, שגויה, ראשונה, אפשרית, אחרת, משוערת"),
)

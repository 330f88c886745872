"""Words of clauses that give a value: languages of western Europe and the north."""

from collections.abc import Mapping

from .table import words

WESTERN: Mapping[str, tuple[str, ...]] = {
    "de": words(
        """der die das des dem den ein eine einen einem einer eines und also somit daher damit folglich
        deshalb insgesamt dann so nun hier es wir er sie man ist sind war beträgt betragen
        lautet
        lauten ergibt ergeben erhält erhalten folgt bleibt bleiben gibt hat haben gilt gleich
        von
        vom bei beim zum zur mit für in im auf aus an am durch als größer kleiner genau nur noch
        beide beiden jede jeder jedes kostet kosten misst braucht dauert zahlt verdient gehört
        antwort* ergebnis* lösung* lösungsmenge* wert* zahl* anzahl* summe* produkt* differenz*
        quotient* rest* gesamt* fläche* flächeninhalt* volumen* umfang* länge* breite* höhe*
        radius*
        durchmesser* winkel* seite* diagonale* strecke* abstand* entfernung* geschwindigkeit*
        durchschnitt* durchschnittsgeschwindigkeit* mittelwert* median* zeit* dauer* preis*
        kosten*
        gewinn* verlust* rabatt* anteil* prozent* prozentsatz* wahrscheinlichkeit* verhältnis*
        maximum* minimum* grenzwert* ableitung* integral* steigung* scheitel* punkt*
        schnittpunkt*
        mittelpunkt* gerade* gleichung* funktion* definitionsbereich* menge* nullstelle* teiler*
        vielfache* primzahl* matrix* determinante* vektor* term* größte* kleinste* gesuchte*
        richtige*
        korrekte* endgültige* inverse* kürzeste* längste* erste* zweite* dritte* letzte*
        division*
        dividieren teilen addition* subtraktion* multiplikation* mitternachtsformel* wurzel*
        euro*
        jahr* tag* stunde* minute* möglichkeit* alter* gewicht* masse* höchsten* mindestens
        hinzu
        wegen bruch* einheit* stellen* ziffer* gesamtzahl* buch* bücher* apfel* äpfel*
        """
    ),
    "fr": words(
        """le la les l un une des du de d et donc ainsi alors enfin par conséquent finalement total
        totale au aux en à on nous il elle elles ils est sont était vaut valent égal égale
        égaux donne
        donnent obtient obtenons trouve trouvons reste restent mesure mesurent compte comptent
        a ont y coûte
        faut pèse dure parcourt paie gagne fait font pour dans sur avec entre selon chaque deux
        trois
        quatre cinq ce cette ces son sa ses leur leurs que qui soit exactement seulement même
        réponse* résultat* solution* valeur* nombre* somme* produit* différence* quotient*
        reste*
        aire* surface* volume* périmètre* longueur* largeur* hauteur* rayon* diamètre* angle*
        côté*
        diagonale* distance* vitesse* durée* temps prix coût* bénéfice* perte* remise*
        réduction*
        part* pourcentage* probabilité* rapport* moyenne* médiane* maximum* minimum* limite*
        dérivée*
        intégrale* pente* sommet* point* milieu* intersection* droite* équation* fonction*
        domaine*
        ensemble* racine* diviseur* multiple* matrice* déterminant* vecteur* terme* général*
        plus
        grand* petit* cherché* correct* bonne final* finale* hypoténuse* théorème* aigu*
        premier*
        première* dernier* dernière* système* euro* an ans jour* heure* minute* comptant
        chiffre*
        damier* périmètre* carré* cercle* triangle* rectangle* façon* manière* âge* masse*
        poids* fraction* inverse* entier* total* affirmation* option*
        """
    ),
    "es": words(
        """el la los las un una unos unas de del al y e o por lo tanto tanto así entonces luego en total
        finalmente es son era vale valen igual iguales da dan obtiene obtenemos encontramos
        queda quedan
        mide miden hay tiene tienen cuesta cuestan necesita tarda pesa paga gana recibe a con
        para sobre
        entre cada dos tres cuatro cinco su sus este esta estos que se nos exactamente solo
        cuando según
        respuesta* resultado* solución* soluciones valor* número* suma* producto* diferencia*
        cociente*
        resto* residuo* área* superficie* volumen* perímetro* longitud* anchura* ancho* altura*
        radio*
        diámetro* ángulo* lado* diagonal* distancia* velocidad* tiempo* duración* precio*
        costo* coste*
        ganancia* pérdida* descuento* parte* porcentaje* probabilidad* razón* proporción*
        promedio*
        media* mediana* máximo* mínimo* límite* derivada* integral* pendiente* vértice* punto*
        medio*
        intersección* recta* ecuación* función* dominio* conjunto* raíz* raíces divisor*
        múltiplo*
        matriz* determinante* vector* término* general* mayor* menor* buscado* pedido* pedida*
        correct*
        final* hipotenusa* teorema* primer* segundo* último* sistema* euro* año* día* hora*
        minuto*
        intervalo* temporal* árbol* contando redondeando decimales extremos todos todas cifra*
        forma* manera* edad* masa* peso*
        fracción* inverso* entero* opción* alternativa* parábola* cuadrado* círculo* triángulo*
        rectángulo* punto*
        """
    ),
    "pt": words(
        """o a os as um uma de do da dos das ao à e ou por portanto logo assim então em no na nos nas
        total finalmente é são era vale valem igual iguais dá dão obtém obtemos obtemos
        encontramos
        resta restam sobra sobram mede medem há tem têm custa custam precisa leva pesa paga
        ganha recebe
        com para sobre entre cada dois duas três quatro cinco seu sua seus este esta esse essa
        que se
        exatamente apenas segundo ficou ficam conjunto formam corta
        resposta* resultado* solução* soluções valor* número* soma* produto* diferença*
        quociente*
        resto* área* superfície* volume* perímetro* comprimento* largura* altura* raio*
        diâmetro*
        ângulo* lado* diagonal* distância* velocidade* tempo* duração* preço* custo* lucro*
        prejuízo*
        desconto* parte* percentual* porcentagem* probabilidade* razão* proporção* média*
        mediana*
        máximo* mínimo* limite* derivada* integral* inclinação* vértice* ponto* médio*
        interseção*
        reta* equação* função* domínio* raiz* raízes divisor* múltiplo* matriz* determinante*
        vetor*
        termo* geral* maior* menor* procurad* pedid* corret* final* hipotenusa* teorema*
        primeiro*
        segundo* último* sistema* reais real ano* dia* hora* minuto* algarismo* forma* maneira*
        idade*
        massa* peso* fração* inverso* inteiro* alternativa* opção* primo* cúbica* quadrada*
        quadrado*
        pagar gráfico* eixo* parábola* triângulo*
        """
    ),
    "it": words(
        """il lo la i gli le l un uno una di del dello della dei degli delle d e o quindi perciò dunque
        allora così in tutto totale infine è sono era vale valgono uguale uguali dà danno
        ottiene
        otteniamo si troviamo resta restano rimangono misura misurano ci ha hanno costa costano
        serve
        pesa paga guadagna riceve conta contano al alla nel nella con per su tra fra ogni due
        tre quattro
        cinque suo sua questo questa che esattamente solo secondo coordinate
        risposta* risultato* soluzione* soluzioni valore* numero* somma* prodotto* differenza*
        quoziente* resto* area* superficie* volume* perimetro* lunghezza* larghezza* altezza*
        raggio*
        diametro* angolo* lato* diagonale* distanza* velocità* tempo* durata* prezzo* costo*
        profitto*
        perdita* sconto* parte* percentuale* probabilità* rapporto* media* mediana* massimo*
        minimo*
        limite* derivata* integrale* pendenza* vertice* punto* medio* intersezione* retta*
        equazione*
        funzione* dominio* insieme* radice* radici divisore* multiplo* matrice* determinante*
        vettore*
        termine* generale* maggiore* minore* cercat* richiest* corrett* final* ipotenusa*
        teorema* primo*
        prima* ultimo* sistema* euro* anno* anni giorn* ora ore minut* cifra* modo* modi età*
        massa* peso*
        frazione* inverso* intero* opzione* fuoco* quadrato* triangolo* parte* immaginaria*
        positiva*
        sommando tutti giorni contano si conta
        """
    ),
    "nl": words(
        """de het een en dus daarom in totaal zo dan is zijn was bedraagt geeft krijgen we vinden blijft
        blijven over er heeft hebben kost kosten meet duurt weegt betaalt verdient van voor met
        op aan
        bij tot per elke elk twee drie vier vijf zijn haar dit dat die gelijk precies alleen
        daarmee
        antwoord* resultaat* oplossing* waarde* getal* aantal* som* product* verschil*
        quotiënt* rest*
        oppervlakte* inhoud* volume* omtrek* lengte* breedte* hoogte* straal* diameter* hoek*
        zijde*
        zijden diagonaal* afstand* snelheid* tijd* duur* prijs* kosten* winst* verlies*
        korting* deel*
        percentage* kans* verhouding* gemiddelde* mediaan* maximum* minimum* limiet* afgeleide*
        integraal* helling* top* punt* midden* snijpunt* lijn* vergelijking* functie* domein*
        verzameling* wortel* wortels deler* veelvoud* matrix* determinant* vector* term*
        grootste*
        kleinste* gevraagde* gezochte* juiste* correcte* uiteindelijke* eerste* tweede*
        laatste* euro*
        wortel* jaar* dag* uur* minuut* cijfer* manier* manieren leeftijd* gewicht* massa*
        breuk*
        """
    ),
    "sv": words(
        """och alltså därför så då totalt det den de är blir ger får vi har återstår kostar i på av från
        till för varje två tre fyra fem en ett svar* resultat* lösning* värde* tal* antal*
        summa* produkt*
        skillnad* kvot* rest* area* volym* omkrets* längd* bredd* höjd* radie* diameter*
        vinkel* sida*
        diagonal* avstånd* hastighet* tid* pris* kostnad* vinst* sannolikhet* förhållande*
        medelvärde*
        största* minsta* sökta* rätta* slutliga* slutgiltiga* korrekta* punkt* linje* ekvation*
        funktion*
        mängd* rot* rötter*
        """
    ),
    "da": words(
        """og altså derfor så da i alt det den de er bliver giver får vi har koster på af fra til for hver
        to tre fire fem en et svar* resultat* løsning* værdi* tal* antal* sum* produkt*
        forskel* kvotient*
        rest* areal* rumfang* omkreds* længde* bredde* højde* radius* diameter* vinkel* side*
        afstand*
        hastighed* tid* pris* sandsynlighed* forhold* gennemsnit* største* mindste* søgte*
        rigtige*
        endelige* korrekte* punkt* linje* ligning* funktion* mængde* rod* rødder*
        """
    ),
    "fi": words(
        """ja siis joten siten eli yhteensä on ovat se saadaan saamme jää vastau* tulo* ratkaisu* arvo* luku*
        luvu* summa* erotus* osamäärä* jakojäännö* pinta* tilavuu* piiri* pituu* leveys*
        korkeu* säde*
        kulma* sivu* etäisy* nopeu* aika* hinta* todennäköisy* suhde* keskiarvo* suurin*
        pienin* oikea*
        lopullinen* piste* suora* yhtälö* funktio* joukko*
        """
    ),
    "ro": words(
        """și deci așadar prin urmare atunci total este sunt e are avem obținem rămân rămâne costă în la de
        din pentru fiecare doi două trei patru cinci un o al a ale răspuns* rezultat* soluți*
        valoare*
        număr* sum* produs* diferenț* cât* rest* ari* volum* perimetr* lungim* lățim* înălțim*
        raz*
        diametr* unghi* latur* distanț* vitez* timp* preț* cost* probabilitat* raport* medi*
        maxim* minim*
        căutat* corect* final* punct* dreapt* ecuați* funcți* mulțim* rădăcin*
        """
    ),
}  # fmt: skip

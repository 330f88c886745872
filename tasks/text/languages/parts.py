"""Words for a part or a multiple of something, by language: "a third of", "twice"."""

from collections.abc import Mapping

from .table import phrases

PARTS: Mapping[str, tuple[str, ...]] = {
    "en": phrases("half, third, quarter, fourth, fifth, sixth, eighth, tenth, thirds, quarters, "
                  "fourths, fifths, tenths, twice, double, triple"),
    "de": phrases("hälfte, drittel, viertel, fünftel, sechstel, siebtel, achtel, neuntel, zehntel, "
                  "doppelte, dreifache, vierfache, fünffache, zehnfache"),
    "fr": phrases("moitié, tiers, quart, cinquième, sixième, dixième, double, triple, quadruple"),
    "es": phrases("mitad, tercio, tercera parte, cuarta parte, cuarto, quinta parte, décima parte, "
                  "doble, triple, cuádruple"),
    "pt": phrases("metade, terço, terça parte, quarta parte, quinto, quinta parte, décimo, dobro, "
                  "triplo, quádruplo"),
    "it": phrases("metà, terzo, quarta parte, quarto, quinto, decimo, doppio, triplo, quadruplo"),
    "ru": phrases("половина, треть, четверть, пятая часть, десятая часть, удвоенное, утроенное"),
    "pl": phrases("połowa, jedna trzecia, ćwierć, dwukrotność, trzykrotność"),
    "nl": phrases("helft, derde, kwart, dubbele, drievoud"),
    "id": phrases("setengah, separuh, sepertiga, seperempat, seperlima, dua kali, tiga kali"),
    "vi": phrases("một nửa, một phần ba, một phần tư, gấp đôi, gấp ba"),
    "tr": phrases("yarısı, üçte biri, çeyreği, dörtte biri, iki katı, üç katı"),
    "ar": phrases("نصف, ثلث, ربع, خمس, ضعف"),
    "fa": phrases("نصف, یک سوم, یک چهارم, دو برابر, سه برابر"),
    "hi": phrases("आधा, तिहाई, चौथाई, दोगुना, तिगुना"),
    "zh": phrases("一半, 分之一, 分之二, 两倍, 三倍, 倍"),
    "ja": phrases("半分, 分の, 倍"),
    "ko": phrases("절반, 분의, 두 배, 세 배, 배"),
}  # fmt: skip

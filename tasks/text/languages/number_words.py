"""Words beside a number that tell another number from what is counted."""

from ..vocabulary import vocabulary

TYING = vocabulary(
    "a à al alla allo alle ai all au aux con per su sul sulla in im da dal dalla por para sobre "
    "com na no nella nel hoch mit pro auf von zu zum zur über sur par puissance avec dans elevado "
    "elevato élevé potenziert в на по с со к из за от во od do na w ve ile için üzeri über till "
    "på av till met van tot op का की के"
)
"""Prepositions and verb forms that tie a number to another: no noun begins with one."""
POWERS = vocabulary(
    "kwadraat kwadrat kwadracie kvadrat quadrat quadrato cuadrado quadrado carré квадрат квадрате "
    "куб кубе степени toiseen kolmanteen neliö druhou třetí potęgi वर्ग घन घात kare karesi küp küpü "
    "مربع مکعب توان kuadrat pangkat наоборот umgekehrt rückwärts"
)
"""Nouns of powers and of reversal: another number than the one before them."""
GENITIVES = vocabulary("de di d da do del della dei von du des dos das")
"""Prepositions between two nouns of one name."""
THAN = vocabulary("que als dan che чем niż ніж decât kuin än")
"""What ties a comparative to the number behind it."""

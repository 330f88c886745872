"""The words of a clause that gives a value, by language: a closed class of its own.

`*` ends a stem: "числ*" is every form of "число". A value that no calculation of the response
derives is committed only by a clause of these words and of words that the response has used
before.
"""

from collections.abc import Mapping

from .clause_words_asian import ASIAN
from .clause_words_eastern import EASTERN
from .clause_words_western import WESTERN
from .table import words

_ENGLISH = """
the a an this that these those each every all both its their his her our one two three four five
six seven eight nine ten of to by at for in with on from or between per into and
is are was were be been equals equal becomes remains remain has have had can will would must
need
needs needed so thus hence therefore then now finally also overall altogether together
consequently
accordingly clearly we it he she they you there i us exactly only just precisely simply least
most
get gets got getting give gives gave giving given find finds found obtain obtains obtained see
conclude concludes yield yields make makes made making form forms leave leaves left equates
measures measure costs cost takes took weighs hold holds carry carries draw order pay pays paid
earn earns earned save saves saved spend spends spent own owns sells sold buys bought runs ran
travels traveled travelled covers drives walks reads collected receives received eats ate
arrives
leaves lasts returns decreased increased rose fell grows contains
answer answers result results solution solutions value values number numbers sum product
difference
quotient remainder total totals area volume perimeter length width height depth radius diameter
circumference hypotenuse diagonal angle angles side sides distance speed velocity rate time cost
price profit loss probability chance ratio percentage percent proportion share fraction part
mean
median mode range average maximum minimum max min limit integral derivative antiderivative slope
intercept vertex vertices center centre midpoint point points intersection line equation
equations
function domain set solution roots root zeros zero factor factors divisor divisors multiple
multiples
term terms sequence series digit digits base decimal form matrix determinant rank vector
direction
projection conjugate modulus inverse coefficient coefficients degree degrees constant polynomial
expression expansion quadratic system integer integers prime primes odd even set subset subsets
element elements interval circle square triangle rectangle cube sphere cone cylinder pyramid
prism
pentagon hexagon octagon polygon parabola ellipse hyperbola graph curve region surface edge
edges
face faces side coordinate coordinates axis origin focus directrix tangent secant chord arc
sector
path paths way ways arrange arrangement arrangements letters assign choose select place seat
split distribute color paint pick below above permutation permutations combination combinations
choice choices option letter pair pairs handshake handshakes outcome outcomes case cases string
strings word words age ages weight mass amount quantity count money change discount tax tip
income
salary wage savings balance interest bill fee score grade temperature percentile variance
deviation
price capacity population density force energy power work current voltage resistance year years
month months week weeks day days hour hours minute minutes second seconds
final correct right required desired requested exact numerical simplified reduced simplest
lowest
corrected numeric largest smallest greatest biggest highest longest shortest maximal minimal
possible only unique whole same combined new common greatest lowest
interior exterior acute obtuse opposite adjacent middle third first second last next tens units
ones
hundreds thousandths positive negative real complex imaginary rational irrational standard
scientific
expanded factored cross dot scalar inner outer surface lateral general closed binary modulo mod
th st nd rd such some birthdays fourth fifth sixth seventh eighth ninth tenth eleventh twelfth
precise total belanja radius whose
triangular fibonacci perfect arithmetic geometric harmonic infinite finite double triple
unknown missing remaining original initial current currently smaller larger greater bigger
younger
older expected conditional joint
my yes right left distinct different critical attained arranged row adding correcting mistake
calculation
increase decrease leg legs trip people person student students school class team train bus car
plane boat
shop store farm garden room house box boxes bag bags book books shelf shelves page pages apple
apples
orange oranges egg eggs cake cookie cookies candy candies marble marbles coin coins stamp
stamps card
cards ball balls toy toys pen pens pencil pencils ticket tickets flower flowers tree trees
animal animals
dog dogs cat cats cow cows chicken chickens fish child children boy boys girl girls man men
woman women
brother sister mother father friend friends worker workers temporary permanent jacket shirt
shoes ladder
rope ribbon pizza slice slices bottle bottles tank pool water milk juice flour sugar coffee tea
dollar
dollars cent cents euro euros kilometer kilometers mile miles meter meters
town city village appears appear answered monthly weekly daily yearly shaded polar worth option
options game games player players players meets meet people too large small dozen minus plus
times nearest rounded place places candidate independent facing her his him them being where
which if when since because using follows means hmm hm wait actually sorry oops
say namely words other short quarter half pie
conclusion
summary particular
"""

CLAUSE_WORDS: Mapping[str, tuple[str, ...]] = {
    "en": words(_ENGLISH), **WESTERN, **EASTERN, **ASIAN,
}  # fmt: skip

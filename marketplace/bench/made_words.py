"""The words of generated listings: common ones, those of trade, and as many made ones as wanted."""

COMMON = tuple(
    """the and to of a in for is we on with are our or be at from you as it by that this will your can have
    an us not all they has who any their more one out up if which about time so people local work help need
    new also please may must each other some between within during after before into over""".split()  # noqa: SIM905  # a paragraph reads easier
)
TRADE = tuple(
    """supply service services repair repairs install fitting cleaning painting garden gardens hall centre
    village school church community youth older families children volunteers driver minibus van tools timber
    paint roof roofing kitchen boiler heating plumbing electrical wiring lighting fencing paving drainage
    surveyor architect design print leaflets posters website software laptops training course mentor advice
    accounts payroll insurance legal grant funding donation furniture chairs tables books clothes food meals
    lunch buffet catering café baking allotment trees hedges mowing litter recycling waste skip removal
    storage delivery courier transport taxi cycling bikes football swimming dance music choir art crafts
    photography film festival fair market stall event stage sound security first aid safety inspection
    testing maintenance contract monthly weekly annual urgent quote budget small large team office workshop
    unit shop library museum park playground bench sign path bridge wall brick stone concrete steel welding
    joinery carpentry flooring carpet tiling plaster insulation windows doors locks alarm camera radio care
    respite befriending counselling dementia carers wheelchair access interpreter translation research survey
    consultation planning project manager apprentice placement warehouse packing assembly sewing laundry
    ironing pets dogs walking hens bees river flood farm tractor hire plant scaffold crane digger""".split()  # noqa: SIM905  # a paragraph reads easier
)
_BEGIN = "b br c ch d dr f fl g gr h j k l m n p pl pr qu r s sh sl st t th tr v w wh".split()  # noqa: SIM905  # easier to read as one line
_MIDDLE = "a e i o u ai ea ee oa oo ou ar er or".split()  # noqa: SIM905  # easier to read as one line
_END = "b ck d f g l ll m n nd ng p r rd rn s sh st t th x y".split()  # noqa: SIM905  # easier to read as one line


def made_word(number: int) -> str:
    """A word nobody uses, of two syllables; hardly any two numbers below three million are alike."""
    number = number * 736_879 % 3_200_003  # neighbours look nothing like each other
    word = ""
    for _ in range(2):
        number, begin = divmod(number, len(_BEGIN))
        number, middle = divmod(number, len(_MIDDLE))
        word += _BEGIN[begin] + _MIDDLE[middle]
    return word + _END[number]

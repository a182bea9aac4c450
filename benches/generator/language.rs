//! Languages as the generator knows them: frequent small words, and the sounds that longer words are made of.
//!
//! The invariant: every word is written in the script of its language, and a vocabulary depends on nothing but the
//! language. Sounds that a language uses often stand in its lists more than once.

use super::random::{Random, Ranks};

/// What a language is made of. Lists are separated by spaces; `_` is nothing.
#[derive(Debug)]
pub struct Grammar {
    pub code: &'static str,
    /// The most frequent words, as they are.
    small: &'static str,
    onsets: &'static str,
    vowels: &'static str,
    codas: &'static str,
    /// Endings of longer words.
    endings: &'static str,
    pub space: &'static str,
    pub stop: &'static str,
    pub comma: &'static str,
    /// Around direct speech.
    pub quotes: (&'static str, &'static str),
    /// Sentences begin with a capital.
    pub has_case: bool,
}

pub const ENGLISH: Grammar = Grammar {
    code: "en",
    small: "the of and to in a is that for it was on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know",
    onsets: "t t t s s r r n d d l th h w w b b c c f f p p m m g g st tr pr gr br ch sh pl cl fl sp k v j qu wh y dr cr sl sc sw",
    vowels: "e e e e a a a o o i i i u ea ou oo ai ee ie oa au ei",
    codas: "n n r r s s t t l l d d m p ck ng nd st nt rs ll ss rt ld th ch x ft _ _ _ _ _ _ _ _ _ _ _ _ _ _",
    endings: "ing ed er ly s s es tion ment ness al able ity _ _ _ _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("\"", "\""),
    has_case: true,
};

const GERMAN: Grammar = Grammar {
    code: "de",
    small: "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei kann gegen vom können schon wenn habe seine ihre dann unter wir soll ich eines jahr zwei diese wieder keine seinem viel kein",
    onsets: "d d st s s sch n r r g g h h b b w w f f m m l l k k t t z p v ver ge be an auf ein ent br gr kr tr schl str pf",
    vowels: "e e e e i i a a o u ei ie au ä ö ü eu äu",
    codas: "n n n r r s t t ch l m nd st ng nn ss rt ck ft cht tz lt _ _ _ _",
    endings: "en en er e ung heit keit lich ig isch te ten _ _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("„", "“"),
    has_case: true,
};

const FRENCH: Grammar = Grammar {
    code: "fr",
    small: "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son lui nous comme mais on sa ses aux été cette tout deux leur bien fait être même aussi dont sans elle peut très après ils ont avait vous était où fois encore entre ces contre sous",
    onsets: "d d l l s s p p c c r r m m t t v n f b j g ch tr pr qu gr br pl bl cr fr ",
    vowels: "e e e a a i i o u é é è ou ai oi eu au en an on in ê",
    codas: "r r s s t n l _ _ _ _ _ _ nt rt ct ss",
    endings: "er é ée tion ment eur euse ique es ent ait ant _ _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("« ", " »"),
    has_case: true,
};

const SPANISH: Grammar = Grammar {
    code: "es",
    small: "de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él uno donde bien tiempo mismo ese ahora cada e vida otro después",
    onsets: "d d l l s s c c r r n n t t m m p p b v g f h j ll ch tr pr gr br pl cl qu",
    vowels: "a a a e e e o o i i u ie ue ia io á é í ó",
    codas: "s s n n r l _ _ _ _ _ _ _",
    endings: "ción o a os as ado ido mente ar er ir dad _ _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("«", "»"),
    has_case: true,
};

const POLISH: Grammar = Grammar {
    code: "pl",
    small: "w i się na z do nie to że o jest po od za jak dla przez przy tym co ale są być tego czy ich oraz już tylko może jego lub także który które która roku tak gdy lat pod było był jej był ze we też bardzo bez można więc między jako jeszcze przed nad ma mu",
    onsets: "p p w w n n z z k k s s r m t t d d b g l ł j c cz sz rz prz st tr kr gr św ż ś dz br pr",
    vowels: "a a a i i e e o o u y ą ę ie ia io ó",
    codas: "_ _ _ _ _ n r m ł w k ć ść ch j sz st",
    endings: "ego emu ny na ne nie ość ów ach ami owy ać ić y a e _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("„", "”"),
    has_case: true,
};

const RUSSIAN: Grammar = Grammar {
    code: "ru",
    small: "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой от же как для о его так было только если уже или ни бы до вы время год ещё когда может сказать под чтобы со более два где даже между через после при без себя нет здесь тогда во кто дело жизнь день рука раз работа слово место лицо друг вопрос",
    onsets: "п п с с в в н н к к т т р р м м д д л л б г з ж ч ш х пр ст тр гр кр вз пер рас об",
    vowels: "о о о а а а е е е и и у ы я ю",
    codas: "_ _ _ _ _ _ н т л р с м к в д ст й ль",
    endings: "ть ние ость ный ная ого ами ах ов ет ал ла ся а ы е _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("«", "»"),
    has_case: true,
};

const GREEK: Grammar = Grammar {
    code: "el",
    small: "και το να του η της με που την από για τα είναι των σε ο οι στο θα τη στην τον τους δεν τις ένα μια ότι ή στη μας αυτό ήταν στα κατά όμως αλλά μετά πολύ όταν έχει πιο σας μου όπως αν πρέπει μπορεί μεταξύ έναν πριν χωρίς",
    onsets: "τ τ σ σ π π κ κ μ μ ν λ ρ δ γ β φ χ θ κρ πρ στ τρ",
    vowels: "α α ο ο ε ι η υ ω ά έ ί ό ή ου αι ει",
    codas: "_ _ _ _ _ _ ς ν ρ λ",
    endings: "ος ης α ας ες ων ου ση μα ικός ική ικά εται ουν",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("«", "»"),
    has_case: true,
};

const ARABIC: Grammar = Grammar {
    code: "ar",
    small: "في من على أن إلى عن مع هذا كان التي الذي ما لا هو هذه كل بين بعد ذلك قد عند كما لم أو منذ حيث غير أكثر قبل حتى خلال ثم أي كانت له عليه إن فيها نحو أحد دون يوم عام وقد وهو",
    onsets: "م م ل ل ن ن ر ر ت ت ب ب ع ع ف ف ق ق س س د د ح ح ك ك ج ش ص ط خ ه و ي أ",
    vowels: "_ _ _ _ ا ا ي ي و و",
    codas: "_ _ _ ل ر م ن د س ب ت ع ق",
    endings: "ة ة ات ين ون ها هم ي ا _ _ _",
    space: " ",
    stop: ".",
    comma: "،",
    quotes: ("«", "»"),
    has_case: false,
};

const HINDI: Grammar = Grammar {
    code: "hi",
    small: "के में है की से का को और पर ने एक यह हैं कि भी इस नहीं तो कर था लिए हो गया वह ही रहा जो अपने साथ या किया बाद कहा हुए थे तक गई जा थी हुआ कुछ दिया रहे करने दो सकता लेकिन जब होता फिर बहुत अब वाले समय काम दिन आज तीन उन्होंने",
    onsets: "क क र र न न स स म म ल ल प प त त द द ब व ह ह ज य ग च श भ ध ट ख थ ड",
    vowels: "_ _ _ ा ा ि ी े े ो ु ू ै ं",
    codas: "_ _ _ _ न र ल त क स म",
    endings: "ा ी े ों ता ती ने ना या _ _",
    space: " ",
    stop: "।",
    comma: ",",
    quotes: ("“", "”"),
    has_case: false,
};

const CHINESE: Grammar = Grammar {
    code: "zh",
    small: "的 是 在 了 不 和 有 人 这 中 大 为 上 个 我 他 到 说 时 要 就 出 会 也 对 年 地 们 发 作 里 用 道 行 所 然 家 种 事 方 多 经 去 学 如 同 现 没 日 后 起 得 与 将 从 最 已 被 把 但 还 因为 可以 我们 他们 没有 自己 问题 工作 时间 国家 社会 发展 城市 先生 一些 这个 什么",
    onsets: "天 生 民 成 分 部 点 文 月 二 法 力 机 水 电 性 长 体 高 重 数 新 合 理 政 心 本 外 实 南 北 东 西 村 山 河 海 路 车 门 花 树 风 雨 雪 春 夏 秋 冬 老 小 好 白 红 黑 青 金 木 火 土 石 田 米 鱼 鸟 马 牛 羊 书 画 歌 手 足 口 目 耳 头 身 衣 食 住 安 平 和 明 光 阳 星 空 云 湖 桥 船 港 市 场 店 院 室 校 厂 图 声 色 香 味 早 晚 今 古 远 近 左 右 前 进 退 开 关 入 坐 立 走 飞 看 听 读 写 想 知 记 问 答 教 买 卖 送 收",
    vowels: "_",
    codas: "_",
    endings: "者 员 人 们 家 子 性 化 了 着 过 _ _ _ _ _ _ _ _ _ _ _ _",
    space: "",
    stop: "。",
    comma: "，",
    quotes: ("“", "”"),
    has_case: false,
};

const JAPANESE: Grammar = Grammar {
    code: "ja",
    small: "の に は を た が で て と し れ さ も な い る から まで です ます した という こと この その それ ため もの よう など また ある いる する なる として について により では には ない だった しかし ながら とき",
    onsets: "春 夏 秋 冬 朝 夜 山 川 海 空 雨 雪 風 花 木 森 町 村 国 人 子 女 男 友 先 生 学 校 本 文 字 話 声 歌 絵 色 赤 青 白 黒 手 足 目 耳 口 心 力 車 電 駅 道 橋 船 港 店 市 会 社 長 部 新 古 大 小 高 安 多 少 今 年 月 日 時 分 前 後 間 中 外 上 下 東 西 南 北 あ い う え お か き く け こ さ す せ そ た ち つ ト ラ ス ン イ ク ル フ カ",
    vowels: "_",
    codas: "_ _ _ り れ め み き く",
    endings: "て いた った る ない ます する した _ _ _ _ _ _",
    space: "",
    stop: "。",
    comma: "、",
    quotes: ("「", "」"),
    has_case: false,
};

const KOREAN: Grammar = Grammar {
    code: "ko",
    small: "이 그 있다 수 것 등 및 한 대한 위해 통해 있는 했다 밝혔다 말했다 지난 이번 오는 있다고 때문에 함께 따르면 모두 또 또한 그러나 하지만 가장 더 각 약 두 세 첫 많은 다른 새로운 우리 그는 이날 올해 전 후 중 간 의 를",
    onsets: "사 가 고 기 나 다 대 도 동 두 라 로 리 마 모 무 문 미 바 보 부 비 산 상 서 선 성 세 소 수 시 신 아 안 양 어 역 연 영 오 우 원 유 은 음 의 이 인 일 자 장 전 정 제 조 주 지 진 차 청 초 추 카 타 태 파 평 포 하 한 해 호 화 환 회 강 건 경 공 과 관 교 구 국 권 규 금",
    vowels: "_",
    codas: "_",
    endings: "을 를 이 가 은 는 에 에서 으로 의 와 과 도 했다 한다 하는 적 들 _ _ _",
    space: " ",
    stop: ".",
    comma: ",",
    quotes: ("“", "”"),
    has_case: false,
};

pub const GRAMMARS: [&Grammar; 12] = [
    &ENGLISH, &GERMAN, &FRENCH, &SPANISH, &POLISH, &RUSSIAN, &GREEK, &ARABIC, &HINDI, &CHINESE,
    &JAPANESE, &KOREAN,
];

/// Words of one language, the frequent ones first.
#[derive(Debug)]
pub struct Vocabulary {
    pub grammar: &'static Grammar,
    pub words: Vec<String>,
    ranks: Ranks,
}

impl Vocabulary {
    const WORDS: usize = 6000;

    pub fn new(grammar: &'static Grammar) -> Vocabulary {
        let mut random =
            Random::new(grammar.code.bytes().fold(7, |sum, b| sum * 131 + u64::from(b)));
        let mut words: Vec<String> = grammar.small.split_whitespace().map(str::to_owned).collect();
        let sounds = Sounds::new(grammar);
        while words.len() < Self::WORDS {
            // Rare words are longer.
            let most = 2 + words.len() / 2500;
            words.push(sounds.word(&mut random, most));
        }
        Vocabulary { grammar, ranks: Ranks::new(words.len()), words }
    }

    pub fn word(&self, random: &mut Random) -> &str {
        &self.words[self.ranks.draw(random)]
    }

    /// A word that carries meaning.
    pub fn noun(&self, random: &mut Random) -> &str {
        let from = self.words.len() / 20;
        &self.words[from + random.below(self.words.len() - from)]
    }
}

struct Sounds {
    onsets: Vec<&'static str>,
    vowels: Vec<&'static str>,
    codas: Vec<&'static str>,
    endings: Vec<&'static str>,
}

impl Sounds {
    fn new(grammar: &Grammar) -> Sounds {
        let list = |text: &'static str| {
            text.split_whitespace().map(|sound| if sound == "_" { "" } else { sound }).collect()
        };
        Sounds {
            onsets: list(grammar.onsets),
            vowels: list(grammar.vowels),
            codas: list(grammar.codas),
            endings: list(grammar.endings),
        }
    }

    fn word(&self, random: &mut Random, most: usize) -> String {
        let mut word = String::new();
        for _ in 0..random.between(1, most) {
            word.push_str(random.text(&self.onsets));
            word.push_str(random.text(&self.vowels));
            word.push_str(random.text(&self.codas));
        }
        word.push_str(random.text(&self.endings));
        word
    }
}

//! Residue as widely used software writes it.
//!
//! The invariant: these lines stand here for good, so that an input stays the same whatever rules are added. Nearly all
//! of them are known to the built-in packs, which `tests/generator.rs` checks.

use std::collections::HashSet;

use super::learned;

/// Lines of one language, and where they stand.
#[derive(Debug)]
pub struct Phrases {
    pub code: &'static str,
    pub head: &'static [&'static str],
    pub middle: &'static [&'static str],
    pub tail: &'static [&'static str],
}

/// Markers that stand on a line of their own, at the head and at the tail.
pub const HEAD_MARKERS: [&str; 2] = ["[ad_1]", "[ad_1]"];
pub const TAIL_MARKERS: [&str; 2] = ["[ad_2]", "[ad_2]"];

/// Markers that stand between two sentences.
pub const INLINE: [&str; 5] = [
    "(adsbygoogle = window.adsbygoogle || []).push({});",
    "[ad_1]",
    "[ad_2]",
    "[ad_3]",
    "<!-- [ad_1] -->",
];

pub const PHRASES: [Phrases; 12] = [
    Phrases {
        code: "en",
        head: &[
            "Skip to content",
            "Skip to main content",
            "Home",
            "About us",
            "Contact us",
            "Subscribe",
            "Log in",
            "Search",
            "Menu",
        ],
        middle: &[
            "Advertisement",
            "Article continues below",
            "Story continues below",
            "Sponsored content",
        ],
        tail: &[
            "Source link",
            "Share this:",
            "Click to share on Facebook (Opens in new window)",
            "Click to share on X (Opens in new window)",
            "Click to share on Twitter (Opens in new window)",
            "Click to share on WhatsApp (Opens in new window)",
            "Click to email a link to a friend (Opens in new window)",
            "Like Loading...",
            "Leave a Reply Cancel reply",
            "Your email address will not be published. Required fields are marked *",
            "Save my name, email, and website in this browser for the next time I comment.",
            "top channel",
            "Sign up for our newsletter",
            "Privacy Policy",
            "Terms of Service",
            "All rights reserved.",
            "Related posts",
        ],
    },
    Phrases {
        code: "de",
        head: &["Zum Inhalt springen", "Startseite", "Impressum", "Anmelden"],
        middle: &["Anzeige", "Werbung", "Nach der Werbung weiterlesen"],
        tail: &[
            "Quelllink",
            "Link zur Quelle",
            "Zum Originalartikel",
            "Teilen",
            "Datenschutz",
            "Datenschutzerklärung",
            "Alle Rechte vorbehalten.",
        ],
    },
    Phrases {
        code: "fr",
        head: &["Aller au contenu", "Accueil", "Se connecter"],
        middle: &["Publicité", "Contenu sponsorisé"],
        tail: &[
            "Lien source",
            "Lien vers l'article original",
            "Partager",
            "Mentions légales",
            "Politique de confidentialité",
            "Tous droits réservés.",
        ],
    },
    Phrases {
        code: "es",
        head: &["Saltar al contenido", "Inicio", "Iniciar sesión"],
        middle: &["Publicidad", "Contenido patrocinado"],
        tail: &[
            "Enlace fuente",
            "Enlace a la fuente",
            "Compartir",
            "Aviso legal",
            "Política de privacidad",
            "Todos los derechos reservados.",
        ],
    },
    Phrases {
        code: "pl",
        head: &["Przejdź do treści", "Strona główna", "Zaloguj się"],
        middle: &["Reklama", "Materiał sponsorowany"],
        tail: &[
            "Link do źródła",
            "Udostępnij",
            "Podziel się",
            "Polityka prywatności",
            "Wszelkie prawa zastrzeżone.",
        ],
    },
    Phrases {
        code: "ru",
        head: &["Перейти к содержимому", "Главная", "Войти"],
        middle: &["Реклама", "На правах рекламы"],
        tail: &[
            "Ссылка на источник",
            "Поделиться",
            "Поделиться с друзьями",
            "Политика конфиденциальности",
            "Все права защищены.",
        ],
    },
    Phrases {
        code: "el",
        head: &["Μετάβαση στο περιεχόμενο", "Αρχική", "Σύνδεση"],
        middle: &["Διαφήμιση", "Χορηγούμενο περιεχόμενο"],
        tail: &["Σύνδεσμος πηγής", "Δείτε την πηγή", "Κοινοποίηση", "Πολιτική απορρήτου"],
    },
    Phrases {
        code: "ar",
        head: &["تخطي إلى المحتوى", "الرئيسية", "تسجيل الدخول"],
        middle: &["إعلان", "إعلان ممول"],
        tail: &["رابط المصدر", "شارك", "سياسة الخصوصية", "جميع الحقوق محفوظة"],
    },
    Phrases {
        code: "hi",
        head: &["होम", "लॉग इन"],
        middle: &["विज्ञापन", "प्रायोजित सामग्री"],
        tail: &["स्रोत लिंक", "मूल लेख पढ़ें", "शेयर करें", "गोपनीयता नीति"],
    },
    Phrases {
        code: "zh",
        head: &["跳至内容", "首页", "登录"],
        middle: &["广告", "请继续往下阅读"],
        tail: &["原文链接", "阅读原文", "来源链接", "分享", "隐私政策", "版权所有"],
    },
    Phrases {
        code: "ja",
        head: &["コンテンツへスキップ", "ホーム", "ログイン"],
        middle: &["広告", "スポンサーリンク"],
        tail: &["元記事を読む", "元記事はこちら", "シェアする", "ツイート", "プライバシーポリシー"],
    },
    Phrases {
        code: "ko",
        head: &["본문 바로가기", "홈", "로그인"],
        middle: &["광고", "스폰서 링크"],
        tail: &["원문보기", "출처 링크", "공유하기", "개인정보처리방침"],
    },
];

pub fn of(code: &str) -> &'static Phrases {
    PHRASES.iter().find(|phrases| phrases.code == code).expect("every language has phrases")
}

/// So many phrases for programs that compare whole lines, each once whatever its case. The first 300 hold all phrases above;
/// the others are lines of sites that occur in no document, so that with more phrases there is no more to be removed.
pub fn phrases(count: usize) -> Vec<String> {
    let software = PHRASES
        .iter()
        .flat_map(|phrases| phrases.head.iter().chain(phrases.middle).chain(phrases.tail))
        .map(|&line| line.to_owned());
    let sites = learned::lines(learned::IN_DOCUMENTS + count).split_off(learned::IN_DOCUMENTS);
    let mut seen = HashSet::new();
    let is_new = |line: &String| seen.insert(line.to_lowercase());
    software.chain(sites).filter(is_new).take(count).collect()
}

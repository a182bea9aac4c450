//! `unchaff rules compile`: what comes out acts as the packs, and what is no such file is refused with its name.

mod support;

use support::{Place, pack};

const LINE: &str = "line = [\"Open the kiosk\"]";
const TEXT: &str = "The harbour froze.\nNobody waved.\n[ad_1]\nOpen the kiosk\n";

fn compiled() -> Place {
    let place = Place::with("mine.toml", pack(LINE));
    place.run(&["rules", "compile", "mine.toml", "-o", "mine.rules"]).ended(0).gave("");
    place
}

#[test]
fn a_compiled_pack_acts_as_the_pack() {
    let place = compiled();
    place.write("page.txt", TEXT);
    let clean = |pack: &str, receipts: &str| {
        let args = ["clean", "--pack", pack, "--receipts", receipts, "page.txt"];
        place.run(&args).ended(0).text()
    };
    let expected = clean("mine.toml", "a");
    assert_eq!(clean("mine.rules", "b"), expected);
    assert!(!expected.contains("kiosk"));
    // The receipts name the same rules: one verifies with the other's.
    assert_eq!(place.read("a"), place.read("b"));
    place.run(&["verify", "--pack", "mine.rules", "--receipts", "a", "page.txt"]).ended(0);
    place.run(&["rules", "compile", "mine.toml", "-o", "again.rules"]).ended(0);
    assert_eq!(place.read("again.rules"), place.read("mine.rules"));
}

#[test]
fn a_damaged_file_is_refused_by_its_name() {
    let place = compiled();
    let mut bytes = place.read("mine.rules");
    *bytes.last_mut().expect("the file is not empty") ^= 1;
    place.write("mine.rules", &bytes);
    let answer = place.pipe(&["clean", "--pack", "mine.rules"], TEXT);
    answer.said(2, "mine.rules").said(2, "its checksum is wrong").gave("");
    place.write("mine.rules", &bytes[..99]);
    place.pipe(&["clean", "--pack", "mine.rules"], TEXT).said(2, "it ends too early").gave("");
}

#[test]
fn only_packs_are_compiled_and_none_is_overwritten() {
    let place = compiled();
    let again = place.run(&["rules", "compile", "mine.rules", "-o", "other.rules"]);
    again.said(2, "give the packs that it was compiled from");
    let over = place.run(&["rules", "compile", "mine.toml", "-o", "mine.toml"]);
    over.said(2, "write to another file");
    assert_eq!(place.read_text("mine.toml"), pack(LINE));
    place.run(&["rules", "check", "mine.rules"]).said(2, "compiled rule set");
}

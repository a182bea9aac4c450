"""What one writes in Python: `clean_lines.py set|all PHRASES FILE`, the cleaned text to standard output.

`set` drops lines that are phrases. `all` also cuts markers, and drops lines that forty patterns match as a whole.
"""
import re
import sys

MARKERS = [
    "(adsbygoogle = window.adsbygoogle || []).push({});", "<!-- [ad_1] -->", "<!-- [ad_2] -->",
    *(f"[ad_{n}]" for n in range(1, 6)), *(f"\\[ad\\_{n}\\]" for n in range(1, 6)), *(f"\\[ad_{n}\\]" for n in range(1, 6)),
    "[source_link]", "[source_url]", "[matched_content]", "[original_title]", "[author_link]", "[feed_name]", "[rule_1]",
    "[rule_2]", "[vid_player]", "[og_img]", "[item_img]", "[product_img]", "[embed]", "[/embed]", "[playlist]", "{{ ad }}",
    "{{ share }}", "<!--more-->", "<!--nextpage-->", "[gallery]", "[contact-form]", "[addtoany]",
]
PATTERNS = [
    r"share (?:this|it)? ?(?:on|via|with) \w{1,20}", r"click to share on .{1,30}", r"\d+ (?:comments?|shares?|likes?|views?)",
    r"(?:posted|published|updated) (?:on|at|in) .{1,40}", r"(?:©|copyright|\(c\)) .{0,60}\d{4}.{0,60}", r"page \d+ of \d+",
    r"read (?:more|also|next):? .{0,80}", r"sign up (?:for|to) .{1,40}", r"follow us on .{1,40}", r"subscribe to .{1,40}",
    r"(?:next|previous) (?:post|article|page):? .{0,80}", r"tags?: .{0,80}", r"filed under:? .{0,60}", r"by \w+ \w+ on .{1,30}",
    r"\d+ min(?:ute)?s? read", r"advertisement ?\d{0,3}", r"log ?in to (?:comment|reply).{0,20}", r"leave a (?:comment|reply).{0,30}",
    r"loading\.{0,3}", r"view all \d* ?\w{1,20}", r"more (?:from|in|on) .{1,40}", r"related (?:posts|articles|stories):? .{0,40}",
    r"powered by .{1,40}", r"photo(?:graph)?: .{1,60}", r"image(?: source| credit)?: .{1,60}", r"source: .{1,60}", r"via .{1,30}",
    r"download (?:the|our) .{0,20}app.{0,20}", r"join \d[\d,]* .{1,30}", r"rated \d(?:\.\d)? (?:of|out of) 5.{0,30}",
    r"skip to .{1,30}", r"jump to .{1,30}", r"back to top.{0,5}", r"print (?:this)? ?(?:page|article)?", r"e-?mail (?:this|to) .{1,30}",
    r"\d+ of \d+", r"show (?:more|less).{0,20}", r"see (?:all|more).{0,30}", r"we use cookies.{0,120}", r"accept (?:all )?cookies.{0,20}",
]


def main():
    way, phrases, path = sys.argv[1:]
    with open(phrases, encoding="utf-8") as lines:
        drop = {line.rstrip("\n").lower() for line in lines}
    marker = re.compile("|".join(re.escape(text) for text in sorted(MARKERS, key=len, reverse=True)))
    pattern = re.compile("(?:" + "|".join(PATTERNS) + ")", re.IGNORECASE)
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n")
    with open(path, encoding="utf-8", newline="\n") as lines:
        if way == "set":
            out.writelines(line for line in lines if line.strip().lower() not in drop)
            return
        for line in lines:
            rest = marker.sub("", line)
            text = rest.strip()
            if text.lower() in drop or (rest is not line and not text and line.strip()) or pattern.fullmatch(text):
                continue
            out.write(rest)


main()

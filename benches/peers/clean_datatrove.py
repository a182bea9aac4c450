"""The line filters of datatrove's C4QualityFilter, without its sentence splitter, on documents between blank lines.

They are other rules than ours: lines without a full stop at their end go, and whole documents too. `clean_datatrove.py FILE`
"""
import sys

from datatrove.data import Document
from datatrove.pipeline.filters.c4_filters import C4QualityFilter


def main():
    lines = C4QualityFilter(min_num_sentences=-1)
    with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
        texts = file.read().split("\n\n\n")
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n")
    for number, text in enumerate(texts):
        document = Document(text=text, id=str(number))
        if lines.filter(document) is True:
            out.write(document.text)
        out.write("\n\n\n")


main()

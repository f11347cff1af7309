"""The words of forms, by language; the model's own texts come from the model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from maturitykit.definition.translation import language_of
from maturitykit.files.labels import NO_STAGES

#: In ``{…}`` stands what is filled in.
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "lead": "Choose what fits best today. What you do not know, and what does not apply, are answers "
            "too; what you leave blank stays open.",
            "private": "Nothing is sent. Your answers stay in this browser until you save them as a file; that "
            "file is what counts.",
            "script": "This form needs JavaScript, which is switched off here.",
            "about": "About this assessment",
            "respondent": "Your name or role",
            "subject": "What is assessed",
            "date": "Date",
            "answer": "Answer",
            **NO_STAGES["en"],
            "clear": "Clear answer",
            "clear-of": "Clear the answer to {name}",
            "up-to": "Possibly as high as",
            "no-range": "no higher",
            "share": "Or a percentage",
            "comment": "Comment",
            "evidence": "Evidence: where it can be seen",
            "progress": "{done} of {all} answered",
            "save": "Save file",
            "save-csv": "Save as CSV",
            "load": "Open a saved file",
            "reset": "Start again",
            "really-reset": "Clear all answers in this browser? A saved file stays as it is.",
            "offer": "You answered {done} of {all} questions in this browser before. Continue where you stopped?",
            "continue": "Continue",
            "afresh": "Start blank",
            "ask-blank": "Not filled in: {names}. Save the file all the same?",
            "and-more": "{names} and {count} more",
            "kept": "{name} is about {found}. This form stays about {own}.",
            "no-draft": "This browser keeps no draft: save the file before you close this page.",
            "saved": "Saved as {name}. Send this file back.",
            "loaded": "Opened {name}.",
            "not-loaded": "{name} was not opened: {why}",
            "not-read": "it is not a file of this form",
            "other-model": "it is of another model or version ({found})",
            "several": "it holds the answers of several people",
            "not-asked": "this form does not know {found}",
            "bad-share": "A percentage is a number from 0 to 100.",
            "dimension": "Dimension",
            "question": "Question",
            "stages": "Stages",
            "form": "Form",
            "result": "Result",
            "low": "At least",
            "likely": "Likely",
            "high": "At most",
            "coverage": "Answered",
            "overall": "Overall",
            "choose": "Choose from the list.",
            "choose-share": "Choose from the list, or type a share from 0 to 1.",
            "fill-in": "Fill in the white cells. The sheet {stages} says what each stage looks like; the sheet "
            "{result} follows your answers.",
            "range-hint": "Only for a range: the highest stage that it may be.",
            "not-live": "see maturitykit score",
        },
        "nl": {
            "lead": "Kies wat nu het beste past. Wat u niet weet en wat niet van toepassing is, zijn ook "
            "antwoorden; wat u leeg laat, blijft open.",
            "private": "Er wordt niets verstuurd. Uw antwoorden blijven in deze browser tot u ze als bestand "
            "opslaat; dat bestand telt.",
            "script": "Dit formulier heeft JavaScript nodig, en dat staat hier uit.",
            "about": "Over deze beoordeling",
            "respondent": "Uw naam of functie",
            "subject": "Wat wordt beoordeeld",
            "date": "Datum",
            "answer": "Antwoord",
            **NO_STAGES["nl"],
            "clear": "Antwoord wissen",
            "clear-of": "Wis het antwoord op {name}",
            "up-to": "Mogelijk zo hoog als",
            "no-range": "niet hoger",
            "share": "Of een percentage",
            "comment": "Toelichting",
            "evidence": "Bewijs: waar het te zien is",
            "progress": "{done} van {all} beantwoord",
            "save": "Bestand opslaan",
            "save-csv": "Opslaan als CSV",
            "load": "Opgeslagen bestand openen",
            "reset": "Opnieuw beginnen",
            "really-reset": "Alle antwoorden in deze browser wissen? Een opgeslagen bestand blijft zoals het is.",
            "offer": "U hebt in deze browser eerder {done} van {all} vragen beantwoord. Doorgaan waar u stopte?",
            "continue": "Doorgaan",
            "afresh": "Leeg beginnen",
            "ask-blank": "Niet ingevuld: {names}. Het bestand toch opslaan?",
            "and-more": "{names} en nog {count}",
            "kept": "{name} gaat over {found}. Dit formulier blijft gaan over {own}.",
            "no-draft": "Deze browser bewaart geen concept: sla het bestand op voordat u deze pagina sluit.",
            "saved": "Opgeslagen als {name}. Stuur dit bestand terug.",
            "loaded": "{name} is geopend.",
            "not-loaded": "{name} is niet geopend: {why}",
            "not-read": "het is geen bestand van dit formulier",
            "other-model": "het hoort bij een ander model of een andere versie ({found})",
            "several": "er staan antwoorden van meer mensen in",
            "not-asked": "dit formulier kent {found} niet",
            "bad-share": "Een percentage is een getal van 0 tot 100.",
            "dimension": "Dimensie",
            "question": "Vraag",
            "stages": "Stadia",
            "form": "Formulier",
            "result": "Uitkomst",
            "low": "Minstens",
            "likely": "Waarschijnlijk",
            "high": "Hoogstens",
            "coverage": "Beantwoord",
            "overall": "Totaal",
            "choose": "Kies uit de lijst.",
            "choose-share": "Kies uit de lijst, of typ een aandeel van 0 tot 1.",
            "fill-in": "Vul de witte cellen in. Op het blad {stages} staat hoe elk stadium eruitziet; het blad "
            "{result} volgt uw antwoorden.",
            "range-hint": "Alleen voor een bereik: het hoogste stadium dat het kan zijn.",
            "not-live": "zie maturitykit score",
        },
    }
)


def words_in(language: str) -> tuple[str, Mapping[str, str]]:
    """The words in a language, and the language: English where there are none."""
    found = language_of(language, WORDS) or "en"
    return found, WORDS[found]

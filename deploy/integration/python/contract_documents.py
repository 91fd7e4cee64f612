"""Documents that are right and wrong, each linted by datacontract-cli and by `mesh contract lint`.

The two have to agree about every one, except about those that are listed here with the reason.
contract_documents.py FOLDER: where the documents are.
"""

import json
import sys
from pathlib import Path

from contract_engines import found, lint, mesh

EXTRA_FIELD = "the standard's schema refuses it by unevaluatedProperties, which datacontract-cli does not evaluate"
FORMAT = "the standard's schema refuses it by its format, which datacontract-cli does not check"
OWN = "the standard allows it, this mesh does not: "

# Documents that pass datacontract-cli and not our linter. There are none the other way.
DIFFERENCES = {
    "invalid-field-of-another-type": EXTRA_FIELD,
    "invalid-items-of-a-text": EXTRA_FIELD,
    "invalid-unknown-field-of-property": EXTRA_FIELD,
    "invalid-wrong-date": FORMAT,
    "invalid-wrong-time": FORMAT,
    "refused-here-duplicates-of-nothing-known": OWN + "a rule names a property that is not there",
    "refused-here-example-against-the-rules": OWN + "an example breaks the property's own rules",
    "refused-here-key-that-may-be-absent": OWN + "a primary key is not required",
    "refused-here-map": OWN + "records have no maps",
    "refused-here-name-that-is-no-address": OWN + "the name is part of addresses",
    "refused-here-no-domain": OWN + "a contract belongs to a domain",
    "refused-here-no-logical-type": OWN + "schemas are derived from the logical types",
    "refused-here-promise-about-nothing-known": OWN + "a service level names a property that is not there",
    "refused-here-promise-with-an-unknown-unit": OWN + "a service level is measured",
    "refused-here-promise-without-unit": OWN + "a service level is measured",
    "refused-here-slip-in-description": OWN + "a field that is nearly a known one is a slip",
    "refused-here-status-of-its-own": OWN + "the status decides what may change",
    "refused-here-two-schemas": OWN + "a contract is about one dataset",
    "refused-here-version-of-two-numbers": OWN + "versions are compared",
}


def main() -> None:
    folder = Path(sys.argv[1])
    documents = sorted(folder.glob("*.odcs.yaml"))
    _, output = mesh("contract", "lint", *documents, "--json")
    refused_here = {Path(mistake["file"]).name for mistake in json.loads(output)}
    wrong = []
    differences = dict(DIFFERENCES)
    for document in documents:
        reason = differences.pop(document.name.removesuffix(".odcs.yaml"), None)
        theirs, ours = bool(found(lint(document))), document.name in refused_here
        if reason is None and theirs != ours:
            wrong.append(f"{document.name}: passes {'our linter' if theirs else 'datacontract-cli'} only")
        if reason is not None and (theirs, ours) != (False, True):
            wrong.append(f"{document.name}: does not differ any more: {reason}")
    wrong += [f"{name}: there is no such document" for name in differences]
    if wrong or not documents:
        sys.exit("\n".join(wrong) or f"{folder} has no contracts")
    print(f"{len(documents)} documents, {len(documents) - len(DIFFERENCES)} verdicts agree, {len(DIFFERENCES)} differ for the reasons given")


if __name__ == "__main__":
    main()

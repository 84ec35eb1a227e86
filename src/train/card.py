"""The model card: the template's places filled from what training recorded."""

from string import Template


def data_table(packages):
    rows = ["| package | version | licence | characters | held out here | to be named |", "| --- | --- | --- | --- | --- | --- |"]
    rows += [f"| {p['package']} | {p['version']} | {p['licence']} | {p['trainCharacters'] / 1e6:.2f} M "
             f"| {p['shippedDocuments']} | {p['notice']} |" for p in packages]
    return "\n".join(rows)


def fill(template, record):
    held = record["heldOut"]
    values = {
        "parameters": f"{record['parameters'] / 1e6:.2f} M", "megabytes": f"{record['bytes'] / 1e6:.2f} MB",
        "perplexity": f"{held['perplexity']:.3f}", "nll": f"{held['nll']:.4f}", "definition": held["definition"],
        "topOne": f"{100 * held['topOne']:.1f} %", "sequences": held["sequences"], "scored": f"{held['tokens']:,}",
        "positions": ", ".join(f"{x:.3f}" for x in held["nllByPosition"]),
        "first": f"{held['repeated']['first']:.3f}", "second": f"{held['repeated']['second']:.3f}",
        "passKeys": f"{100 * held['passKeys']['right']:.0f} %", "between": held["passKeys"]["textBetween"],
        "device": record["device"], "seconds": f"{record['seconds']:.0f}", "steps": f"{record['steps']:,}",
        "tokens": f"{record['tokens'] / 1e6:.0f} M", "stream": f"{record['trainStreamTokens'] / 1e6:.1f} M",
        "batch": record["batch"], "rate": f"{record['rate']:g}", "seed": record["seed"], "minutes": f"{record['minutes']:g}",
        "passKeyShare": f"{100 * record['passKeyShare']:.0f} %", "repeatedShare": f"{100 * record['repeatedShare']:.0f} %",
        "versions": ", ".join(f"{name} {version}" for name, version in record["versions"].items()),
        "data": data_table(record["data"]["packages"]),
        "shippedSources": "\n".join(f"- {source}" for source in record["data"]["shippedSources"]),
    }
    return Template(template).substitute(values)

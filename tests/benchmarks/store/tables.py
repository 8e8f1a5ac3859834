"""The tables in Markdown."""


def of_sizes(sizes, specified, compressed):
    """:param sizes: ``{rows: (Size as it arrived, packed, of the rollup or None)}``"""
    lines = [
        "| bytes per temperature reading | table | indexes | in all | its rollup |",
        "|---|---:|---:|---:|---:|",
    ]
    for rows, (arrived, packed, rollup) in sizes.items():
        kept = f"{rollup.total:.1f}" if rollup else "–"
        lines.append(_size(f"{rows:,} in 90 days, as they arrived", arrived, kept))
        lines.append(_size(f"{rows:,}, past days packed", packed, kept))
    lines.append(_size("the specification's schema", specified, "–"))
    if compressed:
        lines.append(_size("compressed", compressed, "–"))
    return lines


def _size(title, size, rollup):
    return (
        f"| {title} | {size.table:.1f} | {size.indexes:.1f} | {size.total:.1f} |"
        f" {rollup} |"
    )


def of_answers(answers):
    """:param answers: ``{title: {name: (what, Times, Times of the naive query)}}``"""
    titles = list(answers)
    head = " | ".join(f"{title} readings" for title in titles)
    lines = [
        f"| ms, p50 / p95 | {head} | naive query, p50 / p95, at the last | ratio |",
        "|---|" + "---:|" * (len(titles) + 2),
    ]
    for name, (what, _, _) in answers[titles[0]].items():
        cells = [_times(answers[title][name][1]) for title in titles]
        _, ours, naive = answers[titles[-1]][name]
        beside = [_times(naive), f"{naive.p95 / ours.p95:,.0f} ×"] if naive else "––"
        lines.append(f"| {what} | {' | '.join([*cells, *beside])} |")
    return lines


def _times(times):
    digits = 0 if times.p95 >= 100 else 1
    return f"{times.p50:,.{digits}f} / {times.p95:,.{digits}f}"

"""Estimate each policy's click rate from the other policy's logs on the Open Bandit sample, beside obp.

    python benchmarks/off_policy/open_bandit.py    # writes results/open_bandit.md; needs ../shared/data/open_bandit

Saito, Aihara, Matsutani and Narita, "Open Bandit Dataset and Pipeline: Towards Realistic and Reproducible Off-Policy
Evaluation" (2020). Every impression of the sample shows one item in one of three positions, and carries the probability
with which the policy chose it at that moment.

What a target policy would have done is asked of the target's own log, of what it showed and never of its clicks. The
random policy shows each item alike. Bernoulli Thompson sampling knows no context but changes with each batch of clicks;
in the mean over the week it shows an item in a position as often as its log has it there. The mean of the
probabilities it logged is not that: an item is logged when it is likely, so the mean favours high ones, and over the
items of a position it adds up to 1.7 to 3.7 instead of 1. obp draws the policy from its priors before the
first click of the data collection; that is another policy than the one that ran, and is reported beside.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.calibration import FloatArray
from vitrine.off_policy import CrossFittedRates, LoggedRows, cross_fitted_rates, evaluate_policy

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
DATA = ROOT.parent / "shared" / "data" / "open_bandit"
TARGET = ROOT / "target" / "off_policy"
CAMPAIGNS, POLICIES, POSITIONS = ("all", "men", "women"), ("random", "bts"), 3
FOLDS, DRAWS = 5, 100_000
SHOWN = ("ips", "snips", "clipped_ips", "dr", "sndr")


def environment() -> Path:
    """Return the Python that has obp, installed when it is not there."""
    folder, requirements = TARGET / "venv", HERE / "requirements.txt"
    python, stamp = folder / "bin" / "python", folder / "requirements.txt"
    if not stamp.exists() or stamp.read_text() != requirements.read_text():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*install, "-r", str(requirements)], check=True)
        shutil.copy(requirements, stamp)
    return python


def obp(*task: str) -> dict:
    """Return what the worker says."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(environment()), str(HERE / "obp_worker.py"), *task]
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"obp failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def log_of(policy: str, campaign: str) -> pd.DataFrame:
    """Return item, position (from 0), click and the probability of the item at that moment; one row an impression."""
    columns = ["item_id", "position", "click", "propensity_score"]
    log = pd.read_csv(DATA / policy / campaign / f"{campaign}.csv.gz", usecols=columns)
    return log.assign(position=log["position"] - 1)


def shown_by(policy: str, log: pd.DataFrame, items: int) -> FloatArray:
    """Return how often the policy shows each item in each position. Shape (items, POSITIONS), columns add up to 1."""
    if policy == "random":
        return np.full((items, POSITIONS), 1 / items)
    counts = np.zeros((items, POSITIONS))
    np.add.at(counts, (log["item_id"], log["position"]), 1)
    return counts / counts.sum(axis=0)


def drawn_from_prior(campaign: str) -> FloatArray:
    """Return the same for Bernoulli Thompson sampling before its first click, by draws, as obp does."""
    beta = obp("prior", campaign)
    scores = np.random.default_rng(0).beta(beta["alpha"], beta["beta"], (DRAWS, len(beta["alpha"])))
    best = np.argsort(-scores, axis=1)[:, :POSITIONS]
    return np.stack([np.bincount(best[:, k], minlength=scores.shape[1]) / DRAWS for k in range(POSITIONS)], axis=1)


def rows_of(log: pd.DataFrame, target: FloatArray) -> tuple[LoggedRows, CrossFittedRates]:
    """Return the log as rows of the evaluation, with a reward model cross-fitted on it."""
    item, position, click = (log[name].to_numpy() for name in ("item_id", "position", "click"))
    click, row = click.astype(np.float64), np.arange(len(log))
    model = cross_fitted_rates(item, position, click, row % FOLDS, target.shape)
    rows = LoggedRows(
        click,
        log["propensity_score"].to_numpy(),
        target[item, position],
        position,
        row,  # the sample names no customers
        model.of_logged(item, position),
        model.of_target(target, position),
    )
    return rows, model


def asked_of_obp(name: str, log: pd.DataFrame, target: FloatArray, model: CrossFittedRates) -> dict[str, float]:
    """Return obp's estimates with the very same inputs."""
    file = TARGET / f"{name}.npz"
    np.savez(
        file,
        reward=log["click"].to_numpy().astype(np.float64),
        action=log["item_id"].to_numpy(),
        position=log["position"].to_numpy(),
        pscore=log["propensity_score"].to_numpy(),
        action_dist=np.broadcast_to(target, (len(log), *target.shape)),
        estimated_rewards_by_reg_model=model.rate[model.fold],
    )
    found = obp("estimate", str(file))
    file.unlink()
    return found


def main() -> None:
    """Write the table."""
    if not DATA.exists():
        raise SystemExit(f"The Open Bandit sample is not at {DATA}.")
    TARGET.mkdir(parents=True, exist_ok=True)
    logs = {(policy, campaign): log_of(policy, campaign) for policy in POLICIES for campaign in CAMPAIGNS}
    table, by_slot, from_prior, furthest, warned, covered = [], [], [], 0.0, 0, dict.fromkeys(SHOWN, 0)
    for campaign in CAMPAIGNS:
        items = 1 + max(logs[policy, campaign]["item_id"].max() for policy in POLICIES)
        for logging, wanted in (POLICIES, POLICIES[::-1]):
            log, own = logs[logging, campaign], logs[wanted, campaign]
            target = shown_by(wanted, own, items)
            rows, model = rows_of(log, target)
            pooled, *slots = evaluate_policy(rows)
            theirs = asked_of_obp(f"{logging}_{campaign}", log, target, model)
            furthest = max(furthest, *(abs(pooled.estimates[name].value - theirs[name]) for name in theirs))
            truth = own["click"].mean()
            for name in SHOWN:
                covered[name] += pooled.estimates[name].low <= truth <= pooled.estimates[name].high
            cells = " | ".join(cell(pooled.estimates[name], truth) for name in SHOWN)
            support = pooled.support
            warned += pooled.warning is not None
            head = f"| {campaign} | {logging} | {wanted} | {100 * truth:.2f} |"
            table.append(
                f"{head} {cells} | {support.effective_sample_size:,.0f} | {support.largest_weight:,.0f} "
                f"| {support.mean_weight:.2f} | {pooled.warning or ''} |"
            )
            for one in slots:
                in_slot = own["click"][own["position"] == one.slot].mean()
                by_slot.append(
                    f"| {campaign} | {logging} | {wanted} | {one.slot + 1} | {100 * in_slot:.2f} "
                    f"| {cell(one.estimates['snips'], in_slot)} | {cell(one.estimates['dr'], in_slot)} "
                    f"| {one.support.effective_sample_size:,.0f} | {one.warning or ''} |"
                )
            if wanted == "bts":
                prior = evaluate_policy(rows_of(log, drawn_from_prior(campaign))[0])[0]
                from_prior.append(
                    f"{head} {cell(prior.estimates['snips'], truth)} | {cell(prior.estimates['dr'], truth)} |"
                )
    text = REPORT.format(
        pairs=len(table),
        warned=warned,
        covered=", ".join(f"{name} {count}" for name, count in covered.items()),
        furthest=f"{furthest:.1e}",
        agrees="yes" if furthest < 5e-7 else "NO",
        head=f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}",
        table="\n".join(table),
        by_slot="\n".join(by_slot),
        from_prior="\n".join(from_prior),
    )
    (HERE / "results" / "open_bandit.md").write_text(text)
    print(text)


def cell(estimate, truth: float) -> str:
    """Return an estimate in percent with its interval, marked where the truth lies outside."""
    missed = "" if estimate.low <= truth <= estimate.high else " **missed**"
    return f"{100 * estimate.value:.2f} [{100 * estimate.low:.2f}, {100 * estimate.high:.2f}]{missed}"


HEAD = ["campaign", "logs of", "judged", "own rate", "IPS", "SNIPS", "clipped IPS", "DR", "self-normalised DR"]
HEAD += ["effective rows", "largest weight", "mean weight", "warning"]
REPORT = """# Open Bandit sample: each policy's click rate from the other's logs

Made by `python benchmarks/off_policy/open_bandit.py`. Click rates in percent with 95% intervals; 10,000
impressions a log. Intervals that hold the click rate of the target's own log, of {pairs}: {covered}.
That rate is itself of 38 to 69 clicks, which no interval here allows for.

Pairs with a warning: {warned}. There an interval may hold anything: it says that the log cannot tell.

Largest difference from `obp` in IPS, SNIPS and DR with the same inputs: {furthest}. The same to six decimals: {agrees}.

{head}
{table}

A mean weight of 1 is what to expect where the logs could show all that the target shows.

## By position

| campaign | logs of | judged | position | own rate | SNIPS | DR | effective rows | warning |
|---|---|---|---|---|---|---|---|---|
{by_slot}

## Thompson sampling as its priors have it

What obp does: the policy before the first click of the data collection instead of the one that ran in the logs' week.

| campaign | logs of | judged | own rate | SNIPS | DR |
|---|---|---|---|---|---|
{from_prior}
"""


if __name__ == "__main__":
    main()

"""The shipped rules on simulated communities with a known truth, through `ranking replay`.

ranking_world.py test SIM WORK                  sentences for tests/run
ranking_world.py bench SIM WORK PRESET SEEDS    means over the seeds (1-10), as `name value unit` lines

SIM: the folder of the simulator (world.py, metrics.py, sim.py).
"""
import os
import re
import subprocess
import sys

import real_votes

RANKER = os.environ.get("BUILD", "build") + "/bin/curbside-ranker"
FIGURES = ["rho", "auc", "badtop", "wait", "stable", "leak", "leak_ring", "cover", "roi_ring_a", "roi_ring_v", "roi_lazy_v"]


def replay(folder, *options):
    subprocess.run([RANKER, "replay", folder, *options], check=True, stdout=sys.stderr)


def outputs(folder):
    return [open(os.path.join(folder, name)).read() for name in ("snapshots.tsv", "answer_scores.tsv", "payouts.tsv")]


def votes_paid(folder):
    rows = [line.split("\t") for line in outputs(folder)[2].splitlines()[1:]]
    return {(answer, member): amount for answer, member, role, amount in rows if role == "v"}


def turn_round(folder, chosen):
    """turn the votes (answer, voter) round in votes.tsv"""
    path = os.path.join(folder, "votes.tsv")
    lines = open(path).read().splitlines()
    for i, line in enumerate(lines[1:], 1):
        day, voter, answer, value = line.split("\t")
        if (answer, voter) in chosen:
            lines[i] = "\t".join((day, voter, answer, str(-int(value))))
    open(path, "w").write("\n".join(lines) + "\n")


def test(sim, metrics, world, work):
    count = [0]

    def say(good, sentence, *words):
        count[0] += 1
        print("%sok %d - %s" % ("" if good else "not ", count[0], sentence))
        if not good:
            print("#", *words)

    w = world.generate("default", 4)
    world.save(w, work)
    replay(work)
    first = outputs(work)
    m = metrics.evaluate(w, *sim.load_results(work))
    say(m["rho"] >= .68 and m["auc"] >= .88 and m["badtop"] <= .115 and m["cheat10"] <= .05,
        "members rank by expertise and right answers stand first", m)
    say(m["leak"] <= .035 and m["leak_ring"] <= .01 and m["cover"] >= .7 and m["roi_lazy_v"] <= .3,
        "money goes to who earned it", m)

    paid = votes_paid(work)
    chosen = sorted(paid)[::len(paid) // 3][1]
    turn_round(work, {chosen})
    replay(work)
    after = votes_paid(work)
    say(outputs(work) != first and all(paid.get(k) == after.get(k) for k in set(paid) | set(after) if k[0] == chosen[0]),
        "who turns a vote round moves scores, and nobody's pay for a vote on that answer", chosen)
    turn_round(work, {chosen})

    rules = open("scripts/rank/policy.lua").read()
    rules = re.sub(r"\nfunction link\(.*", "\nfunction link(...) do return 1.0 end", rules).split("\nexamples =")[0]
    open(work + "/blind.lua", "w").write(rules)
    replay(work, "--rules", work + "/blind.lua")
    m = metrics.evaluate(w, *sim.load_results(work))
    say(m["rho"] < .68 or m["auc"] < .88 or m["leak"] > .035, "control: rules that are blind to links fail these limits", m)

    replay(work)
    say(outputs(work) == first, "two replays give the same bytes")

    data = os.path.join(os.path.dirname(os.path.abspath(sim.__file__)), "..", "data", "votes")
    least = {"medical_relation_treat": .9047, "music_genre": .7486, "zencrowd_us": .8413}
    say(all(real_votes.judge(data, name, 1) >= share for name, share in least.items()),
        "real votes are judged as well as by Dawid and Skene, or by the majority where it is better")
    rules = open("scripts/rank/policy.lua").read().split("\nexamples =")[0]
    open(work + "/strict.lua", "w").write(re.sub(r"(habit_\w+ *= \{) [0-9.]+", r"\1 0", rules))
    say(real_votes.judge(data, "medical_relation_treat", 1, "--rules", work + "/strict.lua") < .9047,
        "control: rules that know no habit of a community fall short")
    print("1..%d" % count[0])


def bench(sim, metrics, world, work, preset, seeds):
    rows = []
    for seed in sim.seeds(seeds):
        w = world.generate(preset, seed)
        world.save(w, work)
        replay(work)
        rows.append(metrics.evaluate(w, *sim.load_results(work)))
    for name in FIGURES:
        values = [row[name] for row in rows if row[name] == row[name]]
        print("ranking_%s_%s %.4f %s" % (preset, name, sum(values) / max(1, len(values)), "days" if name == "wait" else "share"))


def main(argv):
    sys.path.insert(0, argv[2])
    import metrics
    import sim
    import world
    metrics.kendall = lambda a, b: 0.0  # slow, and no limit is set for it
    if argv[1] == "test":
        test(sim, metrics, world, argv[3])
    else:
        bench(sim, metrics, world, *argv[3:6])


main(sys.argv)

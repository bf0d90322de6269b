"""The shipped rules on real votes with known answers (SHARED/data/votes), through `ranking replay`.

real_votes.py DATA [ORDERS]     `name value unit` lines: the share of items judged right

Every item is a question of its own, asked in an order drawn by a seed (means over ORDERS of them, 3), twelve a week or so. Where
labels are two, one answer states the second of them and each voter corroborates or disputes it: it is held for right when its
score is above zero. Where they are more, each has an answer, a voter corroborates his and disputes the others, and the first one
in the thread is held for right.
"""
import csv
import os
import random
import subprocess
import sys
import tempfile

RANKER = os.environ.get("BUILD", "build") + "/bin/curbside-ranker"
SETS = ["bluebird", "dog", "medical_relation_cause", "medical_relation_treat", "music_genre", "physician_indications",
        "weather_cf", "weather_cf_amt", "zencrowd_in", "zencrowd_us"]
DAYS, VOTED_WITHIN, LATER = 170.0, 10.0, 200


def table(path):
    with open(path, encoding="utf8") as f:
        return list(csv.reader(f, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


def write(folder, name, headings, rows):
    with open(os.path.join(folder, name), "w") as f:
        f.write(headings + "\n")
        f.writelines("\t".join(map(str, row)) + "\n" for row in rows)


def judge(data, name, seed, *options):
    votes = [row[:3] for row in table(os.path.join(data, name + ".votes.tsv"))]
    truth = dict(row[:2] for row in table(os.path.join(data, name + ".truth.tsv")))
    labels = sorted({label for _, _, label in votes})
    items = sorted({item for _, item, _ in votes})
    draw = random.Random(seed)
    draw.shuffle(items)
    place = {item: i for i, item in enumerate(items)}
    voters = {voter: i for i, voter in enumerate(sorted({voter for voter, _, _ in votes}))}
    stated = labels[1:] if len(labels) == 2 else labels
    answers = [(i * len(stated) + k, i, len(voters) + i * len(stated) + k, 0, "%.6f" % (DAYS * i / len(items)), 0)
               for i in range(len(items)) for k in range(len(stated))]
    last = len(answers)  # an answer long after: by then all is settled and weighed again
    answers.append((last, len(items), len(voters) + last, 0, "%.6f" % (DAYS + LATER), 0))
    cast = []
    for voter, item, label in votes:
        day = DAYS * place[item] / len(items) + VOTED_WITHIN * draw.random()
        cast += [(day, voters[voter], place[item] * len(stated) + k, 1 if label == stated[k] else -1) for k in range(len(stated))]
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "answers.tsv", "answer\tquestion\tauthor\tspecialty\tday\tproduct", answers)
        write(folder, "votes.tsv", "day\tvoter\tanswer\tvalue", [("%.6f" % d, v, a, x) for d, v, a, x in sorted(cast)])
        subprocess.run([RANKER, "replay", folder, *options], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        score = [float(row[1]) for row in table(os.path.join(folder, "answer_scores.tsv"))]
    right = 0
    for item, label in truth.items():
        scores = [score[place[item] * len(stated) + k] for k in range(len(stated))]
        best = scores.index(max(scores))
        said = labels[int(scores[0] > 0)] if len(labels) == 2 else labels[best]
        right += said == label
    return right / len(truth)


def main(data, orders):
    for name in SETS:
        shares = [judge(data, name, seed) for seed in range(1, orders + 1)]
        print("real_votes_%s %.4f share" % (name, sum(shares) / len(shares)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)

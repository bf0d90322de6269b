#!/usr/bin/env python3
"""Xapian and PostgreSQL on the work that `curbside search batch` does: whole questions, any of their words, the best ten with their titles.

usage: peers.py xapian|postgres REFERENCES.jsonl QUERIES.tsv FOLDER
QUERIES: id<TAB>words, stop words left out already. Two passes; the second is timed. Prints queries per second, p50 and p99 in milliseconds."""
import json
import os
import pwd
import subprocess
import sys
import time


def references(path):
    with open(path, encoding="utf8") as lines:
        for line in lines:
            row = json.loads(line)
            names = row.get("synonyms") or []
            yield row["question"], " ; ".join([row.get("focus") or "", *names]), row["answer"]


def queries(path):
    with open(path, encoding="utf8") as lines:
        return [line.rstrip("\n").split("\t")[1].split(" ") for line in lines]


def passes(ask, asked):
    for _ in range(2):
        times = []
        for words in asked:
            start = time.perf_counter()
            ask(words)
            times.append((time.perf_counter() - start) * 1000)
    return times


def xapian_times(path, asked, folder):
    import xapian

    stem = xapian.Stem("english")
    store = xapian.WritableDatabase(os.path.join(folder, "xapian"), xapian.DB_CREATE)
    generator = xapian.TermGenerator()
    generator.set_stemmer(stem)
    generator.set_stemming_strategy(xapian.TermGenerator.STEM_ALL)
    for title, names, answer in references(path):
        document = xapian.Document()
        generator.set_document(document)
        for text, weight in ((title, 4), (names, 3), (answer, 1)):
            generator.index_text(text, weight)
            generator.increase_termpos()
        document.set_data(title)
        store.add_document(document)
    store.commit()
    store = xapian.Database(os.path.join(folder, "xapian"))

    def ask(words):
        enquire = xapian.Enquire(store)
        enquire.set_query(xapian.Query(xapian.Query.OP_OR, [stem(word).decode() for word in words]))
        return [match.document.get_data() for match in enquire.get_mset(0, 10)]

    return passes(ask, asked)


class Postgres:
    """A cluster of its own on a socket in the folder; psql answers and times."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "postgres")
        os.makedirs(self.folder)
        tools = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if not os.path.exists(os.path.join(tools, "initdb")):
            tools = max(os.path.join("/usr/lib/postgresql", name, "bin") for name in os.listdir("/usr/lib/postgresql"))
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            for above in (folder, os.path.dirname(folder)):
                os.chmod(above, os.stat(above).st_mode | 0o011)
        data = os.path.join(self.folder, "data")
        self.call(os.path.join(tools, "initdb"), "-D", data, "-A", "trust", "-N", "--no-locale", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c shared_buffers=512MB -c max_parallel_workers_per_gather=0 -c fsync=off"
        self.control = [os.path.join(tools, "pg_ctl"), "-D", data, "-w", "-l", os.path.join(self.folder, "log"), "-o", options]
        self.call(*self.control, "start")
        self.psql = subprocess.Popen(self.as_user("psql", "-X", "-q", "-A", "-t", "-h", self.folder, "postgres"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def as_user(self, *command):
        return ["runuser", "-u", "postgres", "--", *command] if os.getuid() == 0 else list(command)

    def call(self, *command):
        done = subprocess.run(self.as_user(*command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/", check=False)
        if done.returncode:
            sys.exit(done.stderr)

    def say(self, sql):
        self.psql.stdin.write(sql + "\n\\echo end-of-answer\n")
        self.psql.stdin.flush()
        rows = []
        for line in self.psql.stdout:
            if line == "end-of-answer\n":
                return rows
            rows.append(line)
        sys.exit("psql ended early")

    def end(self):
        self.psql.stdin.close()
        self.psql.wait()
        self.call(*self.control, "-m", "fast", "stop")


def quoted(text):
    return " ".join(text.split()).replace("\\", "\\\\")


def postgres_times(path, asked, folder):
    house = Postgres(folder)
    try:
        house.say("CREATE TABLE reference (id serial PRIMARY KEY, title text, names text, answer text);")
        house.psql.stdin.write("COPY reference (title, names, answer) FROM STDIN;\n")
        for row in references(path):
            house.psql.stdin.write("\t".join(quoted(text) for text in row) + "\n")
        house.psql.stdin.write("\\.\n")
        house.say(
            "ALTER TABLE reference ADD words tsvector;"
            "UPDATE reference SET words = setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', names), 'B') || to_tsvector('english', answer);"
            "CREATE INDEX ON reference USING gin (words); VACUUM ANALYZE reference;"
        )

        def ask(words):
            any_of = " | ".join(words)
            return house.say(f"SELECT id, title FROM reference, to_tsquery('english', '{any_of}') q WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT 10;")

        return passes(ask, asked)
    finally:
        house.end()


def main():
    engine, path, asked_path, folder = sys.argv[1:]
    asked = queries(asked_path)
    times = {"xapian": xapian_times, "postgres": postgres_times}[engine](path, asked, folder)
    ordered = sorted(times)
    print(len(times) / sum(times) * 1000, ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100])


if __name__ == "__main__":
    main()

// Invented NPPES files of any length: all 330 columns, every field quoted, as CMS writes them.
//   node tests/support/nppes.mjs ROWS [PHYSICIANS]  > file.csv
// Of a hundred rows PHYSICIANS (default 16) are physicians, 4 were deactivated, 20 are organisations, the rest has other professions:
// about as in the real file. Rows come in no order of their NPI, as there. The same call gives the same bytes.
import { writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

const numbered = (count, ...names) => Array.from({ length: count }, (_, i) => names.map((name) => `${name}_${i + 1}`)).flat();
const address = (place) => [
  `Provider First Line Business ${place} Address`, `Provider Second Line Business ${place} Address`, `Provider Business ${place} Address City Name`,
  `Provider Business ${place} Address State Name`, `Provider Business ${place} Address Postal Code`,
  `Provider Business ${place} Address Country Code (If outside U.S.)`, `Provider Business ${place} Address Telephone Number`,
  `Provider Business ${place} Address Fax Number`,
];
export const columns = [
  "NPI", "Entity Type Code", "Replacement NPI", "Employer Identification Number (EIN)", "Provider Organization Name (Legal Business Name)",
  "Provider Last Name (Legal Name)", "Provider First Name", "Provider Middle Name", "Provider Name Prefix Text", "Provider Name Suffix Text",
  "Provider Credential Text", "Provider Other Organization Name", "Provider Other Organization Name Type Code", "Provider Other Last Name",
  "Provider Other First Name", "Provider Other Middle Name", "Provider Other Name Prefix Text", "Provider Other Name Suffix Text",
  "Provider Other Credential Text", "Provider Other Last Name Type Code", ...address("Mailing"), ...address("Practice Location"),
  "Provider Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code", "NPI Deactivation Date", "NPI Reactivation Date",
  "Provider Sex Code", "Authorized Official Last Name", "Authorized Official First Name", "Authorized Official Middle Name",
  "Authorized Official Title or Position", "Authorized Official Telephone Number",
  ...numbered(15, "Healthcare Provider Taxonomy Code", "Provider License Number", "Provider License Number State Code",
    "Healthcare Provider Primary Taxonomy Switch"),
  ...numbered(50, "Other Provider Identifier", "Other Provider Identifier Type Code", "Other Provider Identifier State",
    "Other Provider Identifier Issuer"),
  "Is Sole Proprietor", "Is Organization Subpart", "Parent Organization LBN", "Parent Organization TIN", "Authorized Official Name Prefix Text",
  "Authorized Official Name Suffix Text", "Authorized Official Credential Text", ...numbered(15, "Healthcare Provider Taxonomy Group"),
  "Certification Date",
];
const place = new Map(columns.map((name, i) => [name, i]));

/** The ten digits of an NPI from the first nine: Luhn over 80840 and the number. */
export function npiOf(nine) {
  let sum = 24;
  [...String(nine)].forEach((c, i) => { const d = i % 2 === 0 ? Number(c) * 2 : Number(c); sum += d > 9 ? d - 9 : d; });
  return `${nine}${(10 - (sum % 10)) % 10}`;
}
/** Another for every row: a multiplication modulo a prime walks the numbers in no order. */
const npiOfRow = (row) => npiOf(100000000 + Number((BigInt(row + 1) * 514229317n) % 799999999n));

/** One line from the fields that are not empty. */
export function line(fields) {
  const cells = new Array(columns.length).fill("");
  for (const [name, value] of Object.entries(fields)) {
    if (!place.has(name)) throw new Error(`no column ${name}`);
    cells[place.get(name)] = String(value).replaceAll('"', '""');
  }
  return `"${cells.join('","')}"`;
}
export const header = `"${columns.join('","')}"`;

const firstNames = ["ADA", "BORIS", "CARLA", "DEMBA", "ELENA", "FELIX", "GRETA", "HUGO", "IRENE", "JOAO", "KEIKO", "LARS"];
const lastNames = ["ABARCA", "BJORK", "CHAVEZ", "DUBOIS", "EBERT", "FUJITA", "GALLO", "HOLM", "IBEKWE", "JANSEN", "KOVACS", "LINDEN", "MBAYE"];
const states = ["MO", "WA", "CA", "TX", "NY", "FL", "IL", "OH"];
const physicians = ["207R00000X", "207Q00000X", "208000000X", "2084N0400X", "207P00000X", "208600000X"];
const others = ["163W00000X", "363L00000X", "183500000X", "1041C0700X"];
const of = (list, n) => list[n % list.length];

export function row(n, physicianShare = 16) {
  const kind = (n * 37) % 100, npi = npiOfRow(n);
  if (kind >= 96) return line({ NPI: npi, "NPI Deactivation Date": "03/14/2019" });
  const state = of(states, n), street = { line: `${(n * 7) % 9990} EXAMPLE ST`, city: "EXAMPLEVILLE", zip: 10000 + ((n * 13) % 89999) };
  const fields = {
    NPI: npi, "Provider Enumeration Date": "05/23/2006", "Last Update Date": "01/15/2024", "Is Sole Proprietor": "N",
    "Certification Date": "01/15/2024",
  };
  for (const where of ["Mailing", "Practice Location"]) {
    fields[`Provider First Line Business ${where} Address`] = street.line;
    fields[`Provider Business ${where} Address City Name`] = street.city;
    fields[`Provider Business ${where} Address State Name`] = state;
    fields[`Provider Business ${where} Address Postal Code`] = street.zip;
    fields[`Provider Business ${where} Address Country Code (If outside U.S.)`] = "US";
    fields[`Provider Business ${where} Address Telephone Number`] = "5555550100";
  }
  if (kind >= 76) {
    return line({ ...fields, "Entity Type Code": 2, "Provider Organization Name (Legal Business Name)": `CLINIC ${n} LLC`,
      "Healthcare Provider Taxonomy Code_1": "261QP2300X", "Healthcare Provider Primary Taxonomy Switch_1": "Y" });
  }
  const physician = kind < physicianShare;
  return line({
    ...fields, "Entity Type Code": 1, "Provider Last Name (Legal Name)": of(lastNames, n * 5), "Provider First Name": of(firstNames, n * 3),
    "Provider Credential Text": physician ? "M.D." : "R.N.", "Provider Sex Code": n % 2 ? "F" : "M",
    "Healthcare Provider Taxonomy Code_1": physician ? of(physicians, n) : of(others, n), "Healthcare Provider Primary Taxonomy Switch_1": "Y",
    "Provider License Number_1": 2000000000 + n, "Provider License Number State Code_1": state,
  });
}

/** Writes header and rows to an open file, a few MiB at a time. */
export function write(fd, rows, physicianShare) {
  let part = [header];
  for (let n = 0; n < rows; n++) {
    part.push(row(n, physicianShare));
    if (part.length === 2000) { writeSync(fd, `${part.join("\n")}\n`); part = []; }
  }
  if (part.length) writeSync(fd, `${part.join("\n")}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = Number(process.argv[2]);
  if (!Number.isSafeInteger(rows) || rows < 0) { console.error("usage: nppes.mjs ROWS [PHYSICIANS]"); process.exit(2); }
  write(1, rows, process.argv[3] === undefined ? undefined : Number(process.argv[3]));
}

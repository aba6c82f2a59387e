"use strict";
// Sort and filter the listings, open what a link points into, lead to other years. Without it every page still reads.

function valueOf(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.value;
  return value === undefined ? cell.textContent.trim() : value === "" ? null : Number(value);
}

function compare(one, two) {
  if (one === null || two === null) return (one === null) - (two === null);
  if (typeof one === "number" && typeof two === "number") return one - two;
  return String(one).localeCompare(String(two), document.documentElement.lang);
}

function sortBy(table, column, direction) {
  const body = table.tBodies[0];
  const sign = direction === "descending" ? -1 : 1;
  const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
  rows.sort(([one], [two]) =>
    one === null || two === null ? compare(one, two) : sign * compare(one, two));
  for (const [, row] of rows) body.append(row);
  for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
  table.tHead.rows[0].cells[column].setAttribute("aria-sort", direction);
}

function makeSortable(table) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      const first = head.classList.contains("num") ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      sortBy(table, column, head.getAttribute("aria-sort") === first ? other : first);
    });
    head.replaceChildren(button);
  });
}

function labelled(text, control) {
  const label = document.createElement("label");
  label.append(text, " ", control);
  return label;
}

// What a cell holds: several words where a separator is given.
function wordsOf(row, column, separator) {
  const text = row.cells[column].textContent.trim();
  return separator ? text.split(separator) : [text];
}

function makeChoice(table, column, separator, all) {
  const select = document.createElement("select");
  const found = new Set([...table.tBodies[0].rows].flatMap((row) => wordsOf(row, column, separator)));
  select.append(new Option(all, ""), ...[...found].sort(compare).map((word) => new Option(word)));
  const keeps = (row) => !select.value || wordsOf(row, column, separator).includes(select.value);
  return [labelled(table.tHead.rows[0].cells[column].textContent, select), keeps];
}

function makeText(text) {
  const input = document.createElement("input");
  input.type = "search";
  const keeps = (row) =>
    row.textContent.toLowerCase().includes(input.value.trim().toLowerCase());
  return [labelled(text, input), keeps];
}

function makeTick(text, column) {
  const input = document.createElement("input");
  input.type = "checkbox";
  const keeps = (row) => !input.checked || valueOf(row, column) > 0;
  const label = document.createElement("label");
  label.append(input, " ", text);
  return [label, keeps];
}

function makeFilter(listing) {
  const table = listing.querySelector("table");
  const { words, choices, flagged } = JSON.parse(listing.dataset.about);
  const filters = [
    makeText(words.filter),
    ...Object.entries(choices).map(([column, separator]) =>
      makeChoice(table, Number(column), separator, words.all)),
    ...flagged.map((column) => makeTick(words.flagged, column)),
  ];
  const box = document.createElement("div");
  const count = document.createElement("span");
  box.className = "filter";
  count.setAttribute("role", "status");
  box.append(...filters.map(([label]) => label), count);
  box.addEventListener("input", () => {
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = !filters.every(([, keeps]) => keeps(row));
      shown += row.hidden ? 0 : 1;
    }
    const all = shown === table.tBodies[0].rows.length;
    count.textContent = all ? "" : words.count.replace("0", String(shown));
  });
  listing.before(box);
}

// The same report of other years: a file beside the years' folders tells where there is one.
function showYears(details, editions) {
  const page = decodeURIComponent(location.pathname.split("/").pop());
  const list = document.createElement("ul");
  for (const { folder, title, lang, pages } of editions) {
    if (folder === details.dataset.folder || !pages.includes(page)) continue;
    const item = document.createElement("li"), link = document.createElement("a");
    link.href = `${details.dataset.root}${folder}/${encodeURIComponent(page)}`;
    link.lang = lang;
    link.textContent = title;
    item.append(link);
    list.append(item);
  }
  const none = document.createElement("p");
  none.textContent = details.dataset.none;
  details.append(list.children.length ? list : none);
}

function makeYears(details) {
  details.addEventListener("toggle", () => {
    const script = document.createElement("script");
    window.yearsData = (editions) => showYears(details, editions);
    script.src = `${details.dataset.root}years.js`;
    document.head.append(script);
  }, { once: true });
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  const own = target.querySelector(":scope > details");
  if (own) own.open = true;
}

for (const listing of document.querySelectorAll(".listing")) {
  makeFilter(listing);
  makeSortable(listing.querySelector("table"));
}
document.querySelectorAll(".years").forEach(makeYears);
addEventListener("hashchange", openTarget);
openTarget();

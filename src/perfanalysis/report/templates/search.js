"use strict";
// Search over all pages of the folder. The index is read when somebody begins to type.
// Names and texts are data: they enter the page as text only.
(() => {
  const CJK = "\\u3005\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const RUN = new RegExp(`([${CJK}]+)|((?:(?![${CJK}])[\\p{L}\\p{N}])+)`, "gu");
  const DIGITS = [...Array(92).keys()].map((at) => String.fromCharCode(at + 35))
    .filter((each) => !"\\<&'".includes(each)).join("");
  const HALF = Math.floor(DIGITS.length / 2);
  const MOST_PAGES = 40, MOST_OF_A_PAGE = 3, AROUND = 40;
  const arrived = new Map(), asked = new Map();

  window.searchData = (name, content) => arrived.set(name, content);

  function load(name) {
    if (!asked.has(name)) asked.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `search-${name}.js`;
      script.addEventListener("load", () => resolve(arrived.get(name)));
      script.addEventListener("error", reject);
      document.head.append(script);
    }));
    return asked.get(name);
  }

  const normal = (text) => text.normalize("NFKC").toLowerCase();

  function termsOf(text) {
    const found = [];
    for (const [, run, word] of text.matchAll(RUN)) {
      if (word) { found.push(word); continue; }
      const characters = [...run];
      if (characters.length === 1) found.push(run);
      for (let at = 0; at + 1 < characters.length; at += 1)
        found.push(characters[at] + characters[at + 1]);
    }
    return [...new Set(found)];
  }

  function unpacked(text) {
    const numbers = [];
    let before = -1, step = 0, weight = 1;
    for (const character of text) {
      const digit = DIGITS.indexOf(character);
      step += (digit % HALF) * weight;
      weight *= HALF;
      if (digit < HALF) {
        before += step + 1;
        numbers.push(before);
        step = 0;
        weight = 1;
      }
    }
    return numbers;
  }

  async function pagesWith(term, shards) {
    const words = await load(`words-${term.codePointAt(0) % shards}`);
    const found = new Set();
    for (const [key, where] of Object.entries(words))
      if (key.startsWith(term)) for (const page of unpacked(where)) found.add(page);
    return found;
  }

  async function candidates(needles, about) {
    const titled = (page) => needles.every((each) => normal(about.pages[page][1]).includes(each));
    let left = null;
    for (const term of needles.flatMap(termsOf)) {
      const found = await pagesWith(term, about.shards);
      left = left ? left.filter((page) => found.has(page)) : [...found];
    }
    const pages = (left || []).sort((one, other) => one - other);
    return [...pages.filter(titled), ...pages.filter((page) => !titled(page))];
  }

  // The passages of a page that hold any of the needles, best first; none if one is nowhere.
  function passages(needles, [href, title], sections) {
    const found = [], missing = new Set(needles);
    const look = (anchor, heading, text, rank, unseen = "") => {
      const held = needles.filter((each) => normal(text + unseen).includes(each));
      for (const each of held) missing.delete(each);
      if (held.length) found.push({ anchor, heading, text, rank: rank - 10 * held.length });
    };
    look("", "", title, 0, ` ${href}`);
    for (const [anchor, heading, texts] of sections) {
      look(anchor, heading, heading, 2);
      for (const each of texts) {
        const [text, row] = typeof each === "string" ? [each, ""] : each;
        look(row || anchor, heading, text, anchor === "findings" ? 1 : row ? 0 : 3);
      }
    }
    return missing.size ? [] : found.sort((one, other) => one.rank - other.rank);
  }

  async function search(needles) {
    const about = await load("pages");
    const pages = await candidates(needles, about);
    const results = [];
    let last = -1;
    for (const page of pages) {
      last += 1;
      const chunk = about.starts.findLastIndex((start) => start <= page);
      const sections = (await load(`text-${chunk}`))[page - about.starts[chunk]];
      const [href, title] = about.pages[page];
      const held = passages(needles, about.pages[page], sections);
      if (held.length) results.push({ href, title, held: held.slice(0, MOST_OF_A_PAGE) });
      if (results.length === MOST_PAGES) break;
    }
    results.sort((one, other) => one.held[0].rank - other.held[0].rank);
    return { results, more: last + 1 < pages.length };
  }

  // Text with its needles marked, cut to what stands around the first.
  function snippet(text, needles) {
    const plain = normal(text), box = document.createElement("span");
    if (plain.length !== text.length) { box.textContent = text.slice(0, 3 * AROUND); return box; }
    const spots = needles.map((each) => plain.indexOf(each)).filter((at) => at >= 0);
    const start = Math.max(0, Math.min(...spots) - AROUND), end = start + 3 * AROUND;
    let at = start;
    if (start) box.append("…");
    while (at < Math.min(end, text.length)) {
      const next = needles.map((each) => [plain.indexOf(each, at), each.length])
        .filter(([spot]) => spot >= 0 && spot < end).sort(([one], [other]) => one - other)[0];
      if (!next) break;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(next[0], next[0] + next[1]);
      box.append(text.slice(at, next[0]), mark);
      at = next[0] + next[1];
    }
    box.append(text.slice(at, Math.max(at, end)), end < text.length ? "…" : "");
    return box;
  }

  function shown({ href, title, held }, needles) {
    const item = document.createElement("li"), name = document.createElement("a");
    const list = document.createElement("ul");
    name.href = href;
    name.textContent = title;
    for (const { anchor, heading, text } of held.filter(({ text }) => text !== title)) {
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = anchor ? `${href}#${anchor}` : href;
      link.append(snippet(text, needles));
      line.append(link);
      if (heading && heading !== text) {
        const place = document.createElement("small");
        place.textContent = heading;
        line.append(place);
      }
      list.append(line);
    }
    item.append(name, list.children.length ? list : "");
    return item;
  }

  function build(place) {
    const words = JSON.parse(place.dataset.words);
    const form = document.createElement("form"), label = document.createElement("label");
    const input = document.createElement("input"), panel = document.createElement("section");
    const status = document.createElement("p"), list = document.createElement("ol");
    form.setAttribute("role", "search");
    input.type = "search";
    label.append(words.label, " ", input);
    form.append(label);
    panel.setAttribute("aria-label", words.results);
    panel.hidden = true;
    status.setAttribute("role", "status");
    panel.append(status, list);
    place.append(form, panel);

    let turn = 0;
    async function answer() {
      const mine = turn += 1;
      const needles = normal(input.value).split(/\s+/u).filter((each) => termsOf(each).length);
      panel.hidden = !needles.length;
      if (!needles.length) return;
      panel.setAttribute("aria-busy", "true");
      let answered;
      try {
        answered = await search(needles);
      } catch {
        status.textContent = words.broken;
        return;
      }
      if (mine !== turn) return;
      panel.removeAttribute("aria-busy");
      const { results, more } = answered;
      list.replaceChildren(...results.map((each) => shown(each, needles)));
      status.textContent = (results.length ? words.count.replace("0", String(results.length)) :
        words.none) + (more ? words.more : "");
    }
    function close() {
      input.value = "";
      answer();
      input.focus();
    }
    input.addEventListener("input", answer);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.focus();
    });
    place.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
    list.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (link && link.pathname === location.pathname) panel.hidden = true;
    });
  }

  for (const place of document.querySelectorAll(".search")) build(place);
})();

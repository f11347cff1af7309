"use strict";
(() => {
  const spec = JSON.parse(document.getElementById("spec").textContent);
  const words = spec.words;
  const about = ["respondent", "subject", "date"].map((id) => document.getElementById(id));
  const questions = new Map();
  for (const box of document.querySelectorAll(".question")) questions.set(box.dataset.id, box);
  // The answers to save: the page only shows them, so nothing is lost that it cannot show.
  const answers = new Map();
  for (const id of questions.keys()) answers.set(id, { rating: "", comment: "", evidence: "" });
  // The values that the maker of the form filled in; a browser may have restored others.
  const prefilled = about.map((input) => input.defaultValue);
  // A form for another subject or date has a separate draft.
  const key = JSON.stringify(["maturitykit", spec.model, spec.version, spec.digest, ...prefilled]);
  let changed = false;

  const fill = (text, parts) => text.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  const say = (text) => { document.getElementById("status").textContent = text; };
  const part = (id, name) => questions.get(id).querySelector("." + name);
  const scale = (id) => spec.scales[spec.dimensions[id]];
  const position = (id, stage) => scale(id).findIndex(([name]) => name === stage);
  const numbers = (id) => spec.numbers[spec.dimensions[id]];
  const NUMBER = /^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE]-?[0-9]{1,3})?$/;

  // ---- answers

  // The page shows shares as percentages, which are a hundred times as large.
  const isNumber = (id, text, factor = 1) => {
    const { lowest, highest } = numbers(id);
    return NUMBER.test(text) && Number(text) >= lowest * factor && Number(text) <= highest * factor;
  };

  function withoutUnit(id, text) {
    // Files hold shares without a sign.
    const { factor, unit } = numbers(id) || {};
    return factor === 1 && unit && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
  }

  // Return the choice, the end of a range and the number that the page shows for a rating; null if it is not one.
  function read(id, rating) {
    const text = rating.trim();
    const [low, high] = text.split("..").map((end) => end.trim());
    if (["", "unknown", "not_applicable"].includes(text)) return { choice: text, upTo: "", number: "" };
    if (high !== undefined) {
      return position(id, low) >= 0 && position(id, high) >= position(id, low)
        ? { choice: low, upTo: high === low ? "" : high, number: "" } : null;
    }
    if (position(id, text) >= 0) return { choice: text, upTo: "", number: "" };
    const edges = scale(id).map(([, edge]) => edge).filter((edge) => edge !== null);
    const number = withoutUnit(id, text);
    if (!edges.length || !isNumber(id, number)) return null;
    const { sign } = numbers(id);
    const stage = scale(id)[edges.filter((edge) => sign * Number(number) > edge).length][0];
    return { choice: stage, upTo: "", number };
  }

  function show(id) {
    const { rating, comment, evidence } = answers.get(id);
    const { choice, upTo, number } = read(id, rating);
    for (const radio of questions.get(id).querySelectorAll("input[type=radio]")) radio.checked = radio.value === choice;
    const select = part(id, "up-to");
    const from = number ? Infinity : position(id, choice);
    for (const option of select.options) {
      option.disabled = option.value !== "" && (from < 0 || position(id, option.value) <= from);
    }
    select.value = upTo;
    const input = part(id, "number");
    if (input) {
      input.value = number && String(Number((number * numbers(id).factor).toPrecision(12)));
      input.removeAttribute("aria-invalid");
    }
    part(id, "comment").value = comment;
    part(id, "evidence").value = evidence;
  }

  function showProgress() {
    const done = [...answers.values()].filter(({ rating }) => rating !== "").length;
    document.getElementById("progress").value = done;
    document.getElementById("done").textContent = fill(words.progress, { done, all: answers.size });
  }

  function rate(id, rating) {
    answers.get(id).rating = rating;
    show(id);
    showProgress();
    keep();
  }

  function rateNumber(id, input) {
    const { factor, lowest, highest, unit } = numbers(id);
    const typed = input.value.trim().replace(",", ".");
    const text = typed.endsWith(unit) ? typed.slice(0, typed.length - unit.length).trim() : typed;
    if (text && !isNumber(id, text, factor)) {
      input.setAttribute("aria-invalid", "true");
      const ends = [lowest, highest].map((end) => String(Number((end * factor).toFixed(6))));
      say(fill(words.badNumber, { lowest: ends[0], highest: ends[1] }));
      return;
    }
    rate(id, text && String(Number((text / factor).toPrecision(12))));
  }

  // ---- files

  const field = (number) => about[number].value.trim();

  function listed() {
    const [respondent, subject, date] = [0, 1, 2].map(field);
    const { model, version, digest } = spec;
    return [...answers].map(([dimension, answer]) =>
      ({ model, version, digest, subject, respondent, date, dimension, ...answer }));
  }

  function asDocument() {
    const [, subject, date] = [0, 1, 2].map(field);
    const { format, model, version, digest } = spec;
    const ratings = listed().map(({ respondent, dimension, rating, comment, evidence }) =>
      ({ respondent, dimension, rating, comment, evidence }));
    return { format, model, version, digest, subject, ...(date ? { date } : {}), ratings };
  }

  // A leading quote keeps a spreadsheet from taking a cell for a formula; reading removes it.
  const FORMULA = new RegExp(spec.formula);
  const cell = (text) => `"${(FORMULA.test(text) ? "'" + text : text).replaceAll('"', '""')}"`;
  const plain = (text) => (text.startsWith("'") && FORMULA.test(text.slice(1)) ? text.slice(1) : text);

  function asTable() {
    const rows = listed().map((row) => spec.columns.map((name) => cell(row[name])).join(","));
    return [spec.columns.join(","), ...rows].join("\r\n") + "\r\n";
  }

  // Every save of this page has this token and no other page has it, so that files in one folder do not collide.
  const token = [...crypto.getRandomValues(new Uint8Array(5))].map((n) => (n % 36).toString(36)).join("");
  const tidy = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 40);

  function listOf(names) {
    const [shown, more] = [names.slice(0, 10).join(", "), names.length - 10];
    return more > 0 ? fill(words.andMore, { names: shown, more }) : shown;
  }

  // Ask once about what is blank, and again only if that changes.
  let asked = "";
  function isMeant() {
    const names = about.filter((input) => !input.value.trim()).map((input) => words[input.id]);
    for (const [id, { rating }] of answers) if (rating === "") names.push(spec.names[id]);
    const blank = names.join("\n");
    const meant = !blank || blank === asked || window.confirm(fill(words.askBlank, { names: listOf(names) }));
    if (meant) asked = blank;
    return meant;
  }

  function save(text, suffix, type) {
    if (!isMeant()) return;
    const parts = [spec.model, field(1), field(0), field(2), token].map(tidy);
    const name = parts.filter(Boolean).join("-") + suffix;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    changed = false;
    say(fill(words.saved, { name }));
  }

  function cellsOf(text) {
    const first = text.split("\n", 1)[0];
    const separator = first.split(";").length > first.split(",").length ? ";" : ",";
    const rows = [[]];
    const token = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|$)`, "gy");
    while (token.lastIndex < text.length) {
      const found = token.exec(text);
      if (!found) throw new Error();
      rows.at(-1).push(plain(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"')));
      if (found[3] !== separator) rows.push([]);
    }
    return rows.filter((row) => row.some(Boolean));
  }

  // Return the rows of a saved file, JSON or CSV.
  function rowsOf(text) {
    if (text.trimStart().startsWith("{")) {
      const { ratings, ...rest } = JSON.parse(text);
      return ratings.map((rating) => ({ ...rest, ...rating }));
    }
    const [columns, ...rows] = cellsOf(text);
    return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name.trim(), row[i]])));
  }

  // Open a file, completely or not at all; return why it cannot be opened, or an empty text.
  function take(text, isDraft = false) {
    let rows;
    try {
      rows = rowsOf(text.replace(/^\ufeff/, "")).map((row) =>
        Object.fromEntries(spec.columns.map((name) => [name, String(row[name] ?? "")])));
    } catch {
      return words.notRead;
    }
    if (!rows.length) return words.notRead;
    for (const name of ["model", "version", "digest"]) {
      const other = rows.find((row) => row[name] !== spec[name]);
      if (other) return fill(words.otherModel, { found: [other.model, other.version, other.digest].join(" ") });
    }
    const seen = new Set();
    for (const { dimension, rating, respondent } of rows) {
      if (!answers.has(dimension)) return fill(words.notAsked, { found: dimension });
      if (read(dimension, rating) === null) return fill(words.notAsked, { found: rating });
      if (seen.has(dimension) || respondent !== rows[0].respondent) return words.several;
      seen.add(dimension);
    }
    for (const { dimension, rating, comment, evidence } of rows) {
      const answer = answers.get(dimension);
      // A draft does not overwrite what was entered since.
      if (!isDraft || !(answer.rating || answer.comment || answer.evidence)) {
        answers.set(dimension, { rating: rating.trim(), comment, evidence });
      }
    }
    about.forEach((input, number) => {
      // Values that the maker of the form filled in stay.
      if (!prefilled[number] && !(isDraft && input.value)) input.value = rows[0][input.id];
    });
    showAll();
    return "";
  }

  // Return a message if a file is about another subject or date than the form, or else an empty text.
  function keptMessage(name, text) {
    const [row] = rowsOf(text.replace(/^\ufeff/, ""));
    const differs = about.map((input, number) => prefilled[number] !== "" && (row[input.id] ?? "") !== prefilled[number]);
    if (!differs.some(Boolean)) return "";
    const parts = (values) => values.filter((_, number) => differs[number]).map((value) => value || "?").join(", ");
    return fill(words.kept, { name, found: parts(about.map((input) => row[input.id])), own: parts(prefilled) });
  }

  function showAll() {
    for (const id of questions.keys()) show(id);
    showProgress();
  }

  function clear() {
    for (const id of questions.keys()) answers.set(id, { rating: "", comment: "", evidence: "" });
    about.forEach((input, number) => { input.value = prefilled[number]; });
    showAll();
  }

  // ---- the draft, if the browser allows one

  let keeps = true;
  // While a draft is offered, it is not overwritten.
  let isOffered = false;

  function stored(use) {
    try {
      return use(window.localStorage);
    } catch {
      if (keeps) say(words.noDraft);
      keeps = false;
      return null;
    }
  }

  function keep() {
    changed = true;
    if (!isOffered) stored((storage) => storage.setItem(key, JSON.stringify(asDocument())));
  }

  function draftOf(text) {
    try {
      return rowsOf(text);
    } catch {
      return [];
    }
  }

  // ---- events on the page

  for (const [id, box] of questions) {
    box.addEventListener("change", ({ target }) => {
      const choice = box.querySelector("input[type=radio]:checked")?.value ?? "";
      if (target.type === "radio") rate(id, choice);
      else if (target.matches(".up-to")) rate(id, target.value ? `${choice}..${target.value}` : choice);
      else if (target.matches(".number")) rateNumber(id, target);
    });
    box.addEventListener("input", ({ target }) => {
      if (!target.matches("textarea")) return;
      answers.get(id)[target.className] = target.value;
      keep();
    });
    part(id, "clear").addEventListener("click", () => rate(id, ""));
  }
  about.forEach((input) => input.addEventListener("input", keep));
  const on = (id, action) => document.getElementById(id).addEventListener("click", action);
  const choose = (isContinued) => {
    isOffered = false;
    document.getElementById("offer").hidden = true;
    if (isContinued) take(draft, true);
    if (changed || isContinued) keep();
    about[0].focus();
  };
  on("continue", () => choose(true));
  on("afresh", () => choose(false));
  on("save", () => save(JSON.stringify(asDocument(), null, 2) + "\n", ".json", "application/json"));
  on("save-csv", () => save(asTable(), ".csv", "text/csv"));
  on("load", () => document.getElementById("file").click());
  on("reset", () => {
    if (!window.confirm(words.reallyReset)) return;
    isOffered = false;
    document.getElementById("offer").hidden = true;
    clear();
    stored((storage) => storage.removeItem(key));
    changed = false;
    say("");
  });
  document.getElementById("file").addEventListener("change", async ({ target }) => {
    const [file] = target.files;
    if (!file) return;
    const text = await file.text();
    const problem = take(text);
    say(problem ? fill(words.notOpened, { name: file.name, why: problem })
      : keptMessage(file.name, text) || fill(words.opened, { name: file.name }));
    if (!problem) keep();
    target.value = "";
  });
  document.getElementById("form").addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("beforeunload", (event) => { if (changed && (isOffered || !keeps)) event.preventDefault(); });

  const draft = stored((storage) => storage.getItem(key));
  showAll();
  const before = draftOf(draft).filter((row) => row.rating || row.comment || row.evidence);
  if (before.length) {
    const done = before.filter(({ rating }) => rating).length;
    isOffered = true;
    document.getElementById("offer").hidden = false;
    document.getElementById("offered").textContent = fill(words.offer, { done, all: answers.size });
  }
})();

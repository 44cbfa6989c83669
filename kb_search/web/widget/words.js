/** The words of the box in the reader's language. `WORDS` (English, French, Turkish) is put in by bundle.py. */

const RTL = new Set(["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"]);

/** @param {string} locale */
export function primary(locale) {
  return locale.toLowerCase().split("-")[0];
}

/** @param {string} locale  @returns {"rtl" | "ltr"} */
export function direction(locale) {
  return RTL.has(primary(locale)) || /-(Arab|Hebr|Thaa|Syrc|Nkoo)\b/i.test(locale) ? "rtl" : "ltr";
}

/** Give a locale as it may be sent, "" if it is none. @param {string | null | undefined} text */
export function localeOf(text) {
  try {
    return new Intl.Locale((text || "").replaceAll("_", "-")).baseName;
  } catch {
    return "";
  }
}

export class Words {
  /** @param {string} locale  @param {Record<string, string>} [more]  words over ours */
  constructor(locale, more = {}) {
    this.locale = locale;
    this.texts = { ...WORDS.en, ...WORDS[primary(locale)], ...more };
    /** The language that these words are in, for their `lang`. */
    this.written = primary(locale) in WORDS || Object.keys(more).length ? locale : "en";
  }

  /** @param {string} key  @param {Record<string, string | number>} [values] */
  say(key, values = {}) {
    return (this.texts[`widget.${key}`] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  /** @param {number} count */
  count(count) {
    const form = `count.${new Intl.PluralRules(this.written).select(count)}`;
    const written = new Intl.NumberFormat(this.written).format(count);
    return this.say(`widget.${form}` in this.texts ? form : "count.other", { count: written });
  }

  /** What a language is called here; its tag where that is not known. @param {string} tag */
  language(tag) {
    try {
      return new Intl.DisplayNames([this.written], { type: "language" }).of(tag) ?? tag;
    } catch {
      return tag;
    }
  }
}

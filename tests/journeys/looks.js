// What is wrong with how this page looks, as sentences. Run in the page; `asked` says what to expect.
(asked) => {
  const findings = [];
  const root = document.documentElement;
  const shown = [...document.body.querySelectorAll("*")].filter(isSeen);

  if (root.lang !== asked.language) findings.push(`<html lang> is ${root.lang}`);
  const direction = asked.language === "ar" ? "rtl" : "ltr";
  if (root.dir !== direction) findings.push(`<html dir> is ${root.dir}`);
  if (root.scrollWidth > asked.width) findings.push(`is ${root.scrollWidth} px wide`);
  if (asked.height && root.scrollHeight > asked.height) findings.push(`is ${root.scrollHeight} px high`);
  for (const element of shown) {
    const checks = [outside, clipped, faint, tooSmall, foreign];
    const problem = checks.map((check) => check(element)).find(Boolean);
    if (problem) findings.push(`${name(element)}: ${problem}`);
  }
  return findings;

  function isSeen(element) {
    if (element.closest(".only-read, [aria-hidden=true], template, script, style")) return false;
    if (element.closest("details:not([open]) > :not(summary)")) return false;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
    const modal = document.querySelector("dialog:modal");
    if (modal && !modal.contains(element)) return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1;
  }

  function name(element) {
    const words = (element.innerText || element.getAttribute("aria-label") || "").trim();
    const { width, height } = element.getBoundingClientRect();
    const kind = [element.localName, ...element.classList].join(".");
    return `${kind} "${words.slice(0, 40)}" (${Math.round(width)} x ${Math.round(height)})`;
  }

  function ownText(element) {
    const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    // What is filled in from elsewhere stands between isolates.
    return texts.map((node) => node.data).join("").replace(/\u2068[^\u2069]*\u2069/g, "").trim();
  }

  function outside(element) {
    if (!ownText(element)) return "";
    const { left, right, bottom } = element.getBoundingClientRect();
    if (left < -1 || right > asked.width + 1) return "runs off the side";
    for (let place = element.parentElement; place; place = place.parentElement) {
      if (getComputedStyle(place).overflowY !== "hidden") continue;
      const seen = place === document.body ? asked.height ?? Infinity : place.getBoundingClientRect().bottom;
      if (bottom > seen + 3) return "is cut off by what surrounds it";
    }
    return "";
  }

  function clipped(element) {
    if (!element.clientWidth) return "";
    const { overflowX, overflowY, display, fontSize, webkitLineClamp } = getComputedStyle(element);
    if (webkitLineClamp !== "none") return ""; // meant to end in dots where there is no room
    if (overflowX === "auto" || overflowX === "scroll" || display === "inline") return "";
    if (!ownText(element) && !element.matches("button, a, label, h1, h2, h3")) return "";
    if (element.matches("input, textarea, select")) return "";
    if (element.scrollWidth > element.clientWidth + 1) return "its text is wider than itself";
    const spare = overflowY === "visible" ? parseFloat(fontSize) : 2;
    const isFixed = overflowY !== "visible" || element.matches("button, a.button, .chip");
    return isFixed && element.scrollHeight > element.clientHeight + spare ? "its text is cut off" : "";
  }

  /** Axe gives up where a background is drawn by a pseudo-element; this is coarser and does not. */
  function faint(element) {
    if (!ownText(element) || element.closest(":disabled, [aria-disabled=true]")) return "";
    const ground = background(element);
    if (!ground) return "";
    const [lighter, darker] = [brightness(getComputedStyle(element).color), brightness(ground)].sort((a, b) => b - a);
    const contrast = (lighter + 0.05) / (darker + 0.05);
    return contrast < 3 ? `cannot be read, contrast ${contrast.toFixed(1)}` : "";
  }

  function background(element) {
    for (let place = element; place; place = place.parentElement) {
      for (const layer of [null, "::after", "::before"]) {
        const { backgroundColor, backgroundImage, content } = getComputedStyle(place, layer);
        if (layer && content === "none") continue;
        if (backgroundImage !== "none") return null;
        if (channels(backgroundColor)[3] === 1) return backgroundColor;
      }
    }
    return null;
  }

  function channels(color) {
    const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
    return [red, green, blue, alpha];
  }

  function brightness(color) {
    const [red, green, blue] = channels(color).map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }

  function tooSmall(element) {
    const targets = "button, a[href], select, summary, textarea, input, label:has(input)";
    if (!asked.touch || !element.matches(targets)) return "";
    if (element.matches("input") && element.closest("label")) return "";
    const { width, height } = element.getBoundingClientRect();
    return Math.min(width, height) < 44 ? "is smaller than a thumb" : "";
  }

  /** Words of ours in a script that the reader of Arabic may not know. */
  function foreign(element) {
    if (!asked.ownWordsOnly || element.closest("[lang]").lang !== "ar") return "";
    if (element.closest(".card-text, .code, bdi, input, textarea")) return "";
    return /[A-Za-zÄÖÜäöüß]{3}/.test(ownText(element)) ? "is not translated" : "";
  }
}

// What the pages can do beyond being read: another theme, a search, code that is copied. Without it nothing is missing
// from the text. It asks no server for anything, so that it works from the file system.
(() => {
  const root = document.documentElement;
  const { base = '', language = 'en', copy = '', copied = '', nothing = '' } = root.dataset;

  const remembered = () => {
    try {
      return localStorage.getItem('taskwire-docs-theme');
    } catch {
      return null; // Pages from files may have no storage.
    }
  };
  const theme = remembered();
  if (theme !== null) root.dataset.theme = theme;

  document.addEventListener('DOMContentLoaded', () => {
    offerThemes();
    offerCopies();
    offerSearch();
  });

  function offerThemes() {
    const button = document.querySelector('button.theme');
    if (!(button instanceof HTMLButtonElement)) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const isDark = root.dataset.theme
        ? root.dataset.theme === 'dark'
        : matchMedia('(prefers-color-scheme: dark)').matches;
      root.dataset.theme = isDark ? 'light' : 'dark';
      try {
        localStorage.setItem('taskwire-docs-theme', root.dataset.theme);
      } catch {
        // It holds for this page, then.
      }
    });
  }

  function offerCopies() {
    if (navigator.clipboard === undefined) return;
    for (const block of document.querySelectorAll('.code')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'copy';
      button.textContent = copy;
      button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(block.querySelector('code')?.textContent ?? '');
        button.textContent = copied;
        setTimeout(() => {
          button.textContent = copy;
        }, 1_500);
      });
      block.append(button);
    }
  }

  function offerSearch() {
    const form = document.querySelector('form.search');
    const input = form?.querySelector('input');
    const results = form?.querySelector('.results');
    if (!(form instanceof HTMLFormElement) || !input || !(results instanceof HTMLElement)) return;
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const first = results.querySelector('a');
      if (first && !results.hidden) location.assign(first.href);
    });
    input.addEventListener('focus', loadIndex, { once: true });
    input.addEventListener('input', () => show(input.value, results));
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') {
        input.value = '';
        results.hidden = true;
      }
    });
    document.addEventListener('click', ({ target }) => {
      if (target instanceof Node && !form.contains(target)) results.hidden = true;
    });
    document.addEventListener('keydown', (event) => {
      const isTyping = document.activeElement instanceof HTMLInputElement;
      if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        input.focus();
      }
    });

    // A script, since a page from the file system may not fetch.
    function loadIndex() {
      const script = document.createElement('script');
      script.src = `${base}site/search.${language}.js`;
      script.addEventListener('load', () => show(input?.value ?? '', results));
      document.head.append(script);
    }
  }

  /**
   * @param {string} question
   * @param {any} results
   */
  function show(question, results) {
    /** @type {readonly (readonly [string, string, string, string])[]} */
    const entries = Reflect.get(window, 'taskwireSearch') ?? [];
    const terms = question.toLowerCase().split(/\s+/).filter(Boolean);
    results.hidden = terms.length === 0 || entries.length === 0;
    if (results.hidden) return;
    const found = entries
      .map((entry) => ({ entry, score: scoreOf(entry, terms) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .slice(0, 12);
    results.replaceChildren(...found.map(({ entry }) => resultOf(entry, terms)));
    if (found.length > 0) return;
    const line = document.createElement('p');
    line.textContent = nothing;
    results.append(line);
  }

  /**
   * Every term has to be there; one in the title or heading counts for more than one in the text.
   * @param {readonly [string, string, string, string]} entry
   * @param {readonly string[]} terms
   */
  function scoreOf([, title, heading, words], terms) {
    let score = 0;
    for (const term of terms) {
      const points =
        (title.toLowerCase().includes(term) ? 8 : 0) +
        (heading.toLowerCase().includes(term) ? 5 : 0) +
        (words.toLowerCase().includes(term) ? 1 : 0);
      if (points === 0) return 0;
      score += points;
    }
    return score;
  }

  /**
   * @param {readonly [string, string, string, string]} entry
   * @param {readonly string[]} terms
   */
  function resultOf([address, title, heading, words], terms) {
    const link = document.createElement('a');
    link.href = base + address;
    link.textContent = heading === title ? title : `${title} › ${heading}`;
    const place = words.toLowerCase().indexOf(terms[0] ?? '');
    const line = document.createElement('small');
    line.textContent = words.slice(Math.max(0, place - 30), Math.max(0, place - 30) + 160);
    link.append(line);
    return link;
  }
})();

/**
 * What the page does, as a function that is written into it and runs there: choices by mouse and keyboard, remembered by the browser,
 * and the exclusion list as a download. It sees nothing but the page.
 */
export function runAuditPage(): void {
  const cards = [...document.querySelectorAll<HTMLElement>('article')];
  const store = `softpatch-audit:${document.body.dataset.key}`;
  let choices: Record<string, string> = {};
  try {
    choices = JSON.parse(localStorage.getItem(store) ?? '{}');
  } catch {
    // A browser that keeps nothing for files still lets one choose and save.
  }
  const dropped = (): string[] => cards.map((card) => card.dataset.name!).filter((name) => choices[name] === 'drop');
  const show = (card: HTMLElement): void => {
    const choice = choices[card.dataset.name!];
    card.classList.toggle('drop', choice === 'drop');
    card.classList.toggle('keep', choice === 'keep');
    for (const button of card.querySelectorAll<HTMLElement>('button[data-choice]'))
      button.setAttribute('aria-pressed', String(button.dataset.choice === choice));
  };
  const count = (): void => {
    document.querySelector('#count')!.textContent = String(dropped().length);
  };
  const choose = (card: HTMLElement, choice: string): void => {
    const name = card.dataset.name!;
    if (choices[name] === choice) delete choices[name];
    else choices[name] = choice;
    try {
      localStorage.setItem(store, JSON.stringify(choices));
    } catch {
      // As above.
    }
    show(card);
    count();
  };
  const save = (): void => {
    const text = `# images to leave out, chosen on the audit page\n${dropped().join('\n')}\n`;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
    link.download = 'exclude.txt';
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const visible = (): HTMLElement[] => cards.filter((card) => card.offsetParent !== null);
  const move = (by: number): void => {
    const shown = visible();
    const at = shown.indexOf(document.activeElement as HTMLElement);
    const next = shown[Math.max(0, Math.min(shown.length - 1, at < 0 ? 0 : at + by))];
    next?.focus();
    next?.scrollIntoView({ block: 'nearest' });
  };
  document.addEventListener('click', (event) => {
    const button = (event.target as HTMLElement).closest('button');
    const card = button?.closest('article');
    if (button?.dataset.choice && card) choose(card, button.dataset.choice);
    if (button?.id === 'save') save();
    if (button?.id === 'only') {
      const only = document.body.classList.toggle('suspected');
      button.setAttribute('aria-pressed', String(only));
    }
    if (button?.id === 'drop-suspected') {
      for (const own of cards)
        if (own.dataset.suspected !== undefined && choices[own.dataset.name!] !== 'drop') choose(own, 'drop');
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const card = (document.activeElement as HTMLElement | null)?.closest('article');
    const key = event.key.toLowerCase();
    if (key === 'arrowright' || key === 'j') move(1);
    else if (key === 'arrowleft' || key === 'k') move(-1);
    else if (key === 'd' && card) choose(card, 'drop');
    else if (key === 'g' && card) choose(card, 'keep');
    else if (key === 's') save();
    else return;
    event.preventDefault();
  });
  cards.forEach(show);
  count();
}

// Before anything is painted: as it was chosen in the dashboard, or else as the system has it.
(() => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem('taskwire-color-scheme');
    } catch {
      // Storage is forbidden: the system decides.
    }
    const isDark = chosen === 'dark' || (chosen !== 'light' && system.matches);
    document.documentElement.classList.toggle('dark-mode', isDark);
  };
  system.addEventListener('change', follow);
  follow();
})();

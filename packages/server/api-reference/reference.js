// Shows ../openapi.json. Where that needs somebody known, asks for a token first; the session is that of the dashboard.
(() => {
  const element = (id) => document.getElementById(id);
  const [form, token, trouble] = ['sign-in', 'token', 'trouble'].map(element);
  const documentUrl = new URL('../openapi.json', location.href).href;

  const show = () => {
    form.hidden = true;
    SwaggerUIBundle({
      url: documentUrl,
      domNode: element('reference'),
      // An operation has an address, which can be sent to somebody.
      deepLinking: true,
      defaultModelsExpandDepth: 0,
      defaultModelExpandDepth: 3,
      displayRequestDuration: true,
      // Else the document is sent to a service elsewhere.
      validatorUrl: null,
    });
  };

  const askFor = (words) => {
    form.hidden = false;
    trouble.textContent = words;
    token.focus();
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const answer = await fetch('../api/v1/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: token.value }),
    }).catch(() => null);
    if (answer?.ok) return show();
    askFor(answer === null ? 'The server cannot be reached.' : (await answer.json()).detail);
  });

  fetch(documentUrl).then(
    ({ status }) => (status === 401 ? askFor('') : show()),
    () => show(),
  );
})();

// Runs before anything else in every document: what a payload may call, and what a policy had to stop, is told.
Object.defineProperty(window, "pwn", {
  value(number) {
    console.error(`A script ran, of payload ${number}`);
    (window.top.ran ??= new Set()).add(number);
  },
});
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
  console.error(`The policy had to stop ${effectiveDirective} ${blockedURI} ${sample}`),
);

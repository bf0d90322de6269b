/* The site lets no page compile code, so libsodium takes its other way, plain script. It leaves a promise unhandled on that way. */
self.WebAssembly = { RuntimeError: Error };
self.addEventListener("unhandledrejection", (event) => event.preventDefault(), { once: true });

// At the door nobody is signed in: the pages kept for a dead server are put away. What waits to be sent stays, encrypted,
// for the person who entered it.
if ("caches" in window) caches.keys().then((names) => names.filter((name) => name.startsWith("fanlight-")).forEach((name) => caches.delete(name)));
document.getElementById("errors")?.focus();

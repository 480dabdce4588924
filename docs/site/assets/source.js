// The colours that the reader chose on the pages of the site, where the browser says.
try {
  const key = Object.keys(localStorage).find((name) => name.endsWith("__palette"));
  const color = key && JSON.parse(localStorage.getItem(key)).color;
  if (color && !/^\(prefers-color-scheme\)$/.test(color.media)) document.documentElement.dataset.scheme = color.scheme;
} catch (error) {
  // a page from the disk may have no storage
}

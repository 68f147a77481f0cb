"""What a browser keeps of an evening: localStorage and the second copies in IndexedDB."""

from playwright.async_api import Page

READ = """
async () => {
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const rows = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const each of database.objectStoreNames) {
      const store = database.transaction(each).objectStore(each);
      rows.push(...(await done(store.getAllKeys())), ...(await done(store.getAll())));
    }
    database.close();
  }
  return [JSON.stringify(Object.entries(localStorage)), JSON.stringify(rows)];
}
"""


async def kept(page: Page) -> str:
    """All of it as text."""
    return "".join(await page.evaluate(READ))


async def copies(page: Page) -> str:
    """Only what waits, as IndexedDB has it."""
    told: list[str] = await page.evaluate(READ)
    return told[1]

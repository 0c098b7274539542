package mirage.catalog;

final class MemoryCatalogTest extends CatalogContract {
    @Override
    Catalog open() {
        return new MemoryCatalog();
    }

    @Override
    boolean outlivesItsProcess() {
        return false;
    }
}

-- The shape of a well-known sample database of a trading company.
CREATE TYPE shipping AS ENUM ('sea', 'air', 'road');
CREATE TABLE "Categories" (category_id smallint NOT NULL PRIMARY KEY, category_name varchar(15) NOT NULL, picture bytea);
CREATE TABLE "Suppliers" (supplier_id smallint NOT NULL PRIMARY KEY, company_name varchar(40) COLLATE "C" NOT NULL, homepage text);
CREATE TABLE "Products" (
    product_id smallserial PRIMARY KEY, product_name varchar(40) NOT NULL, supplier_id smallint REFERENCES "Suppliers", category_id smallint REFERENCES "Categories",
    unit_price real DEFAULT 0 CHECK (unit_price >= 0), units_in_stock smallint DEFAULT 0, discontinued boolean NOT NULL DEFAULT false
);
CREATE TABLE "Orders" (order_id bigserial PRIMARY KEY, customer_id char(5), order_date date, ship_via shipping NOT NULL DEFAULT 'sea', freight real, tags text[] DEFAULT '{}');
CREATE TABLE "Order Details" (
    order_id bigint NOT NULL REFERENCES "Orders" ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, product_id smallint NOT NULL REFERENCES "Products",
    unit_price numeric(8,2) NOT NULL DEFAULT 0, quantity smallint NOT NULL DEFAULT 1, discount numeric(3,2) NOT NULL DEFAULT 0,
    total numeric GENERATED ALWAYS AS (unit_price * quantity * (1 - discount)) STORED,
    PRIMARY KEY (order_id, product_id), CHECK (discount >= 0 AND discount <= 1), CHECK (quantity > 0)
);
CREATE INDEX "Order Dates" ON "Orders" (order_date DESC NULLS LAST);
CREATE INDEX "Tagged Orders" ON "Orders" USING gin (tags);
CREATE UNIQUE INDEX "Product Names" ON "Products" (lower(product_name) text_pattern_ops) INCLUDE (unit_price) WHERE NOT discontinued;
CREATE VIEW "Order Totals" AS SELECT order_id, sum(total) AS subtotal FROM "Order Details" GROUP BY order_id;
CREATE VIEW "A Large Order" AS SELECT order_id FROM "Order Totals" WHERE subtotal > 2500;
CREATE MATERIALIZED VIEW "Best" AS SELECT product_id, sum(quantity) AS pieces FROM "Order Details" GROUP BY product_id;
CREATE FUNCTION stock_falls() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    UPDATE "Products" SET units_in_stock = units_in_stock - new.quantity WHERE product_id = new.product_id;
    RETURN NULL;
END $body$;
CREATE TRIGGER "Stock Falls" AFTER INSERT ON "Order Details" FOR EACH ROW WHEN (new.quantity > 0) EXECUTE FUNCTION stock_falls();

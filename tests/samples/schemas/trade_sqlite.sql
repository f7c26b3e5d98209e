-- The shape of a well-known sample database of a trading company: blanks in names, views on views,
-- checks without names, a calculated total.
CREATE TABLE "Categories" ("CategoryID" INTEGER PRIMARY KEY AUTOINCREMENT, "CategoryName" TEXT NOT NULL, "Picture" BLOB);
CREATE TABLE "Suppliers" ("SupplierID" INTEGER PRIMARY KEY AUTOINCREMENT, "CompanyName" TEXT NOT NULL COLLATE NOCASE, "HomePage" TEXT);
CREATE TABLE "Products" (
    "ProductID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "ProductName" TEXT NOT NULL,
    "SupplierID" INTEGER, "CategoryID" INTEGER, "UnitPrice" NUMERIC DEFAULT 0, "UnitsInStock" INTEGER DEFAULT 0,
    "Discontinued" TEXT NOT NULL DEFAULT '0',
    CHECK ([UnitPrice] >= (0)), CHECK ([UnitsInStock] >= (0)),
    FOREIGN KEY ("CategoryID") REFERENCES "Categories" ("CategoryID"), FOREIGN KEY ("SupplierID") REFERENCES "Suppliers" ("SupplierID")
);
CREATE TABLE "Orders" ("OrderID" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "CustomerID" TEXT, "OrderDate" DATETIME, "Freight" NUMERIC DEFAULT 0);
CREATE TABLE "Order Details" (
    "OrderID" INTEGER NOT NULL, "ProductID" INTEGER NOT NULL, "UnitPrice" NUMERIC NOT NULL DEFAULT 0,
    "Quantity" INTEGER NOT NULL DEFAULT 1, "Discount" REAL NOT NULL DEFAULT 0,
    "Total" REAL AS ("UnitPrice" * "Quantity" * (1 - "Discount")) VIRTUAL,
    PRIMARY KEY ("OrderID", "ProductID"), CHECK ("Discount" >= (0) AND "Discount" <= (1)), CHECK ("Quantity" > (0)),
    FOREIGN KEY ("OrderID") REFERENCES "Orders" ("OrderID") ON DELETE CASCADE, FOREIGN KEY ("ProductID") REFERENCES "Products" ("ProductID")
) WITHOUT ROWID;
CREATE INDEX "Order Dates" ON "Orders" ("OrderDate" DESC);
CREATE VIEW "Order Totals" AS SELECT "OrderID", sum("Total") AS "Subtotal" FROM "Order Details" GROUP BY "OrderID";
CREATE VIEW "Large Orders" AS SELECT "OrderID" FROM "Order Totals" WHERE "Subtotal" > 2500;
CREATE TRIGGER "Stock Falls" AFTER INSERT ON "Order Details" BEGIN
    UPDATE "Products" SET "UnitsInStock" = "UnitsInStock" - new."Quantity" WHERE "ProductID" = new."ProductID";
END;

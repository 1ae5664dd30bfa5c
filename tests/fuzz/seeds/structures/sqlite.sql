CREATE TABLE IF NOT EXISTS "orders" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "state" varchar, CHECK (state IN ('a', 'b')));
CREATE UNIQUE INDEX "x" ON "orders" ("state");

CREATE TYPE public.status AS ENUM (
    'pending',
    'paid'
);
CREATE TABLE public.orders (
    id bigint NOT NULL,
    state character varying(20) DEFAULT 'a,b'::character varying NOT NULL,
    status public.status NOT NULL,
    tags text[] DEFAULT '{}'::text[],
    total numeric(10,2),
    charged_at timestamp(6) without time zone,
    CONSTRAINT checked CHECK (((state)::text = ANY (ARRAY['a'::text, 'b'::text])))
);
ALTER TABLE ONLY public.orders ALTER COLUMN id SET DEFAULT nextval('orders_id_seq'::regclass);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX i ON public.orders USING btree (state, status) WHERE (state IS NULL);
ALTER TABLE ONLY public.orders
    ADD CONSTRAINT fk FOREIGN KEY (user_id) REFERENCES public.users(id);

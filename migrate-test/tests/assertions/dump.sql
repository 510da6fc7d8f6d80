\restrict abc
CREATE TABLE public.articles (id bigint NOT NULL, name text);
ALTER TABLE ONLY public.articles ADD CONSTRAINT articles_pkey PRIMARY KEY (id);
INSERT INTO public.articles VALUES (7, 'chair');
\unrestrict abc

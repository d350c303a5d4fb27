/* codec_parts.h - what the codec*.c files share; nobody else includes it. */
#pragma once
#include "core/codec.h"

#define CODEC_PREPARE(name) bool name(struct codec_use *, struct arena *, struct err *)
#define CODEC_CONVERT(name) const char *name(const struct codec_use *, struct arena *, const char *, struct err *)

/* "FORM with {} in it" into text[0] before and text[1] after the braces. */
bool codec_split_form(struct codec_use *, struct arena *, struct err *);

CODEC_PREPARE(codec_time_prepare);
CODEC_CONVERT(codec_date_in);
CODEC_CONVERT(codec_date_out);
CODEC_CONVERT(codec_time_in);
CODEC_CONVERT(codec_time_out);

CODEC_PREPARE(codec_enum_prepare);
CODEC_PREPARE(codec_consent_prepare);
CODEC_PREPARE(codec_bool_prepare);
CODEC_CONVERT(codec_word_in);
CODEC_CONVERT(codec_word_out);

CODEC_PREPARE(codec_enterprise_prepare);
CODEC_PREPARE(codec_establishment_prepare);
CODEC_CONVERT(codec_enterprise_in);
CODEC_CONVERT(codec_establishment_in);
CODEC_CONVERT(codec_number_form_out);
CODEC_PREPARE(codec_legal_form_prepare);
CODEC_CONVERT(codec_legal_form_in);
CODEC_CONVERT(codec_legal_form_out);
CODEC_PREPARE(codec_nace_prepare);
CODEC_CONVERT(codec_nace_in);
CODEC_CONVERT(codec_nace_out);
CODEC_PREPARE(codec_phone_prepare);
CODEC_CONVERT(codec_phone_in);
CODEC_CONVERT(codec_phone_out);
CODEC_CONVERT(codec_email_in);
CODEC_CONVERT(codec_url_in);
CODEC_CONVERT(codec_postal_in);
CODEC_PREPARE(codec_country_prepare);
CODEC_CONVERT(codec_country_in);
CODEC_CONVERT(codec_country_out);
CODEC_PREPARE(codec_language_prepare);
CODEC_CONVERT(codec_language_in);

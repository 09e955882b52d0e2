//! Knows the currencies of ISO 4217 and how many decimals their amounts have.

/// Those in use, as of amendment 176.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD \
    BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD \
    FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES \
    KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR \
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB \
    RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD \
    TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";
const WITHOUT: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const WITH_THREE: &str = "BHD IQD JOD KWD LYD OMR TND";

/// Whether it is the code of a currency.
pub(super) fn is_one(code: &str) -> bool {
    named(CODES, code)
}

/// How many decimals its amounts have.
pub(super) fn decimals(code: &str) -> usize {
    match code {
        code if named(WITHOUT, code) => 0,
        code if named(WITH_THREE, code) => 3,
        _ => 2,
    }
}

fn named(list: &str, code: &str) -> bool {
    list.split_ascii_whitespace().any(|one| one == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_known_by_their_codes_alone() {
        for (code, known, decimals_of) in [
            ("EUR", true, 2),
            ("JPY", true, 0),
            ("KWD", true, 3),
            ("eur", false, 2),
            ("", false, 2),
        ] {
            assert_eq!(
                (is_one(code), decimals(code)),
                (known, decimals_of),
                "{code}"
            );
        }
        for code in [WITHOUT, WITH_THREE]
            .iter()
            .flat_map(|list| list.split(' '))
        {
            assert!(is_one(code), "{code}");
        }
    }
}

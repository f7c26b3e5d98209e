//! What a file is by its first bytes, where it is none of the store's types too: a refusal names it.

/// The media type, if it is known.
pub(super) fn media_type(head: &[u8]) -> Option<&'static str> {
    if let Some(ftyp) = ftyp_at(head) {
        return of_brands(&head[ftyp..]);
    }
    if head.starts_with(b"\x1a\x45\xdf\xa3") {
        return of_ebml(head);
    }
    infer::get(head).map(|kind| kind.mime_type())
}

/// The command that makes a file of an accepted type from one of this type, if there is one.
pub(super) fn conversion(found: &str, makes_images: bool) -> Option<&'static str> {
    Some(match (found, makes_images) {
        ("video/quicktime", false) => "ffmpeg -i in.mov -c copy out.mp4",
        ("video/x-matroska", false) => "ffmpeg -i in.mkv -c copy out.mp4",
        ("video/x-msvideo", false) => "ffmpeg -i in.avi out.mp4",
        ("image/gif", false) => "ffmpeg -i in.gif -pix_fmt yuv420p out.mp4",
        ("image/gif", true) => "ffmpeg -i in.gif -frames:v 1 out.png",
        ("image/avif", true) => "ffmpeg -i in.avif out.png",
        ("image/heic", true) => "heif-convert in.heic out.png",
        ("image/bmp", true) => "ffmpeg -i in.bmp out.png",
        ("image/tiff", true) => "ffmpeg -i in.tiff out.png",
        _ => return None,
    })
}

/// Where the box `ftyp` is: at the beginning, or after boxes that hold nothing (ISO/IEC 14496-12,
/// 4.3.1 and 8.1.2).
pub(super) fn ftyp_at(head: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    loop {
        let box_header = head.get(at..)?.first_chunk::<8>()?;
        let [a, b, c, d, kind @ ..] = *box_header;
        match &kind {
            b"ftyp" => return Some(at),
            b"free" | b"skip" | b"wide" => {
                let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
                at = at.checked_add(length.max(8))?;
            }
            _ => return None,
        }
    }
}

/// A major brand, a version, and the brands that it is compatible with (4.3.2 and 4.3.3). A file
/// that says that players of MP4 may play it is an MP4, whatever its major brand.
fn of_brands(ftyp: &[u8]) -> Option<&'static str> {
    let length = ftyp
        .first_chunk::<4>()
        .map(|length| u32::from_be_bytes(*length));
    let length = usize::try_from(length?).ok()?.clamp(16, 4096);
    let ftyp = &ftyp[..length.min(ftyp.len())];
    let major = ftyp.get(8..)?.first_chunk::<4>()?;
    match major {
        b"avif" | b"avis" => return Some("image/avif"),
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1" => {
            return Some("image/heic");
        }
        _ => {}
    }
    let (compatible, _) = ftyp.get(16..).unwrap_or_default().as_chunks::<4>();
    if is_mp4(major) || compatible.iter().any(is_mp4) {
        return Some("video/mp4");
    }
    match major {
        b"qt  " => Some("video/quicktime"),
        _ => infer::get(ftyp).map(|kind| kind.mime_type()),
    }
}

/// Brands that are registered for MP4, its profiles and its fragments (<https://mp4ra.org>).
fn is_mp4(brand: &[u8; 4]) -> bool {
    const ISO: [&[u8; 4]; 9] = [
        b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9",
    ];
    const OTHERS: [&[u8; 4]; 29] = [
        b"mp41", b"mp42", b"mp71", b"avc1", b"av01", b"hvc1", b"hev1", b"vp09", b"dash", b"msdh",
        b"msix", b"cmfc", b"cmff", b"cmfl", b"cmfs", b"cmf2", b"M4V ", b"M4VH", b"M4VP", b"M4A ",
        b"MSNV", b"XAVC", b"f4v ", b"F4V ", b"dby1", b"hlsf", b"isml", b"piff", b"mmp4",
    ];
    ISO.contains(&brand) || OTHERS.contains(&brand) || matches!(brand, [b'3', b'g', b'p' | b'2', _])
}

/// The element DocType (RFC 8794, 11.2.4) near the beginning says which format it is.
fn of_ebml(head: &[u8]) -> Option<&'static str> {
    let head = &head[..head.len().min(128)];
    let at = head.windows(2).position(|id| id == [0x42, 0x82])?;
    let name = head.get(at + 3..)?;
    if name.starts_with(b"webm") {
        Some("video/webm")
    } else if name.starts_with(b"matroska") {
        Some("video/x-matroska")
    } else {
        None
    }
}

//! The one error type: every variant names the file or argument, what is wrong with it, and what to do.

use std::io;
use std::ops::RangeInclusive;

/// Why something could not be scored.
#[derive(Debug, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[non_exhaustive]
pub enum Error {
    /// No file has this name.
    #[error("{name}: no such file; check the path")]
    NotFound {
        /// File.
        name: String,
    },
    /// A directory where a file was expected.
    #[error("{name}: is a directory; name an audio file in it")]
    IsDirectory {
        /// Directory.
        name: String,
    },
    /// Something else than a file where one is read more than once.
    #[error("{name}: a pipe or device can be read only once; save what it gives in a file first")]
    NotAFile {
        /// Pipe or standard input.
        name: String,
    },
    /// The file may not be read.
    #[error("{name}: permission denied; make the file readable for this user")]
    PermissionDenied {
        /// File.
        name: String,
    },
    /// The operating system could not read the file.
    #[error("{name}: cannot be read ({source}); check the medium or copy the file again")]
    Unreadable {
        /// File.
        name: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A file of zero bytes.
    #[error("{name}: the file is empty; record or copy it again")]
    Empty {
        /// File.
        name: String,
    },
    /// The first bytes are those of no audio format known here.
    #[error(
        "{name}: not a recognised audio file, as it has no header of a known format; give WAV, FLAC, MP3, AAC, Ogg, MP4, WebM, AIFF, CAF, AU or SPHERE, or describe headerless samples by their rate and format (--raw-rate, --raw-format)"
    )]
    UnknownFormat {
        /// File.
        name: String,
    },
    /// A known container with a coding that is not decoded here.
    #[error("{name}: {coding} is not decoded here; convert the file: {}", conversion(name))]
    UnsupportedCoding {
        /// File.
        name: String,
        /// The coding found.
        coding: String,
    },
    /// A recording that is too long to be decoded into memory as a whole.
    #[error(
        "{name}: {:.0} minutes or more are too long to be scored as a whole, which ends at {:.0}; score it in stretches with --timeline, or cut it", duration_s / 60.0, longest_s / 60.0
    )]
    TooLong {
        /// File.
        name: String,
        /// How long it is, or was found to be at least, in seconds.
        duration_s: f64,
        /// The longest that is taken, in seconds.
        longest_s: f64,
    },
    /// A pipe that holds more than is taken into memory.
    #[error("{name}: a pipe of more than {most_bytes} bytes; save the recording in a file first")]
    PipeTooLong {
        /// Pipe or standard input.
        name: String,
        /// The most that is taken.
        most_bytes: u64,
    },
    /// A pipe into which nobody writes.
    #[error(
        "{name}: nothing came through this pipe for {silence_s} s; start the program that writes it, or give a file"
    )]
    SilentPipe {
        /// Pipe.
        name: String,
        /// How long was waited, in seconds.
        silence_s: u64,
    },
    /// Bytes that break the rules of the file's format.
    #[error("{name}: the audio data is corrupt ({reason}); copy or encode the file again")]
    Corrupt {
        /// File.
        name: String,
        /// The rule that was broken.
        reason: String,
    },
    /// The header promises more audio than the file holds.
    #[error(
        "{name}: truncated: the header promises {promised_s:.3} s but only {present_s:.3} s are there; copy the file again, or cut the reference alike and save both anew"
    )]
    Truncated {
        /// File.
        name: String,
        /// Audio in the file, in seconds.
        present_s: f64,
        /// Audio that the header promises, in seconds.
        promised_s: f64,
    },
    /// A header with a channel count of zero.
    #[error("{name}: the header says zero channels; record or convert the file again")]
    ZeroChannels {
        /// File.
        name: String,
    },
    /// A sample rate of zero or outside what is converted reliably.
    #[error(
        "{name}: a sample rate of {sample_rate} Hz is outside {} to {} Hz; correct the header or convert the file",
        .limits_hz.start(),
        .limits_hz.end()
    )]
    SampleRate {
        /// File or signal.
        name: String,
        /// The rate in Hz.
        sample_rate: u32,
        /// The rates that are read and converted, in Hz.
        limits_hz: RangeInclusive<u32>,
    },
    /// A header without any samples behind it.
    #[error("{name}: contains no samples; record or copy it again")]
    NoSamples {
        /// File or signal.
        name: String,
    },
    /// A floating-point sample that is not a number or infinite.
    #[error(
        "{name}: sample {index} (counted from 0) is {value}; repair the program that wrote it or convert the file to integers"
    )]
    NotFinite {
        /// File or signal.
        name: String,
        /// The first such sample, counted from 0 in each channel.
        index: usize,
        /// Its value: NaN or an infinity.
        value: f32,
    },
    /// A sample so large that powers of it are no numbers any more.
    #[error(
        "{name}: sample {index} (counted from 0) is {value:e}, far beyond full scale (1.0) and what is scored ({largest:e}); scale the samples"
    )]
    SampleTooLarge {
        /// File or signal.
        name: String,
        /// The first such sample, counted from 0 in each channel.
        index: usize,
        /// Its value.
        value: f32,
        /// The largest that is scored.
        largest: f32,
    },
    /// Channels that cancel each other when they are mixed.
    #[error(
        "{name}: the mix of its {channels} channels is silent because they cancel each other; choose one with --channel left, right or its number"
    )]
    SilentMix {
        /// File.
        name: String,
        /// How many channels were mixed.
        channels: usize,
    },
    /// A channel that the file does not have.
    #[error("{name}: has no channel {channel}, only {channels}; choose one of them or mix")]
    NoSuchChannel {
        /// File.
        name: String,
        /// The channel asked for.
        channel: String,
        /// How many there are.
        channels: usize,
    },
    /// Headerless data that is not a whole number of frames.
    #[error(
        "{name}: {bytes} bytes are not a whole number of {frame_bytes}-byte frames; check the raw format and channel count"
    )]
    RawLength {
        /// File.
        name: String,
        /// Bytes in the file.
        bytes: u64,
        /// Bytes in one sample of every channel.
        frame_bytes: u64,
    },
    /// A word that names no channel.
    #[error("{word}: not a channel; give left, right, mix or a number from 1")]
    InvalidChannel {
        /// What was given.
        word: String,
    },
    /// A word that names no encoding of headerless samples.
    #[error("{word}: not a raw format; give one of {known}")]
    InvalidEncoding {
        /// What was given.
        word: String,
        /// All that are known.
        known: String,
    },
    /// Shorter than the model can judge (P.862: a quarter of a second).
    #[error(
        "{name}: {duration_s:.3} s of audio is too short; give at least {minimum_s} s, better 8 s with speech"
    )]
    TooShort {
        /// File or signal.
        name: String,
        /// Its length in seconds.
        duration_s: f64,
        /// The least the model takes, in seconds.
        minimum_s: f64,
    },
    /// No power in what the model hears: digital silence, or a signal outside its band.
    #[error(
        "{name}: silent{}; check that the right file and channel were recorded",
        .band_hz.map_or_else(String::new, |[low, high]| format!(" in the speech band ({low} to {high} Hz)"))
    )]
    Silent {
        /// File or signal.
        name: String,
        /// The band that was listened to, in Hz, where it is not all that the signal holds.
        band_hz: Option<[f64; 2]>,
    },
    /// A reference in which no utterance was found.
    #[error(
        "{name}: no speech of {minimum_s} s or more found in the reference; give a reference with clear speech"
    )]
    NoSpeech {
        /// File or signal.
        name: String,
        /// The shortest speech that is looked for, in seconds.
        minimum_s: f64,
    },
    /// The degraded signal holds nothing of the reference's speech.
    #[error(
        "{degraded}: no overlap with the speech of {reference}; check that the two belong together and that nothing was cut"
    )]
    NoOverlap {
        /// The reference.
        reference: String,
        /// The degraded signal.
        degraded: String,
    },
    /// A stretch of a long recording in which nothing of the reference is heard.
    #[error(
        "{name}: nothing is heard of the reference's {start_s:.1} to {end_s:.1} s, which counts as the lowest MOS-LQO; look for a loss of connection there"
    )]
    NotHeard {
        /// The degraded recording.
        name: String,
        /// Where the stretch starts in the reference, in seconds.
        start_s: f64,
        /// Where it ends.
        end_s: f64,
    },
    /// A stretch of a long reference that lies before the start or behind the end of the degraded recording.
    #[error(
        "{name}: does not reach over the reference's {start_s:.1} to {end_s:.1} s; record the whole call, or cut the reference alike"
    )]
    NotRecorded {
        /// The degraded recording.
        name: String,
        /// Where the stretch starts in the reference, in seconds.
        start_s: f64,
        /// Where it ends.
        end_s: f64,
    },
    /// A file of more bytes than its kind can have.
    #[error("{name}: {bytes} bytes are too many, at most {most} are read; give the right file")]
    TooLarge {
        /// File.
        name: String,
        /// How many it has.
        bytes: u64,
        /// How many are read.
        most: u64,
    },
    /// A model file that cannot be used.
    #[error("{name}: not a usable model: {reason}; start from one of the files in models/")]
    InvalidModel {
        /// File or built-in name.
        name: String,
        /// What is wrong in it.
        reason: String,
    },
    /// A word that names no model.
    #[error("{word}: not a model; give auto, {known} or the path of a .json model file")]
    UnknownModel {
        /// What was given.
        word: String,
        /// All that are known.
        known: String,
    },
    /// A word that names no estimator.
    #[error("{word}: not an estimator; give {known} or the path of a .json adapter")]
    UnknownEstimator {
        /// What was given.
        word: String,
        /// All that are known.
        known: String,
    },
    /// An estimator's adapter that cannot be used.
    #[error(
        "{name}: not a usable adapter: {reason}; start from one of the files in models/estimators/"
    )]
    InvalidEstimator {
        /// File.
        name: String,
        /// What is wrong in it.
        reason: String,
    },
    /// An estimator's network that is not there.
    #[error(
        "{estimator}: its network {network} is not in {looked}; install it with pip install \"basilar[estimate]\", or name the folder of speechmos with --networks"
    )]
    NoNetwork {
        /// The estimator.
        estimator: String,
        /// The network's file.
        network: String,
        /// Where it was looked for.
        looked: String,
    },
    /// A file that is not the network of an estimator.
    #[error("{name}: not a usable network: {reason}; name the network that the adapter is for")]
    InvalidNetwork {
        /// File.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A recording that an estimator cannot judge.
    #[error("{name}: not estimated by {estimator}: {reason}")]
    NotEstimated {
        /// File or signal.
        name: String,
        /// The estimator.
        estimator: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A value that an input of the E-model cannot have.
    #[error("{symbol} ({meaning}) cannot be {value}; give {least} to {most}")]
    ImpossibleInput {
        /// The input's symbol.
        symbol: &'static str,
        /// What it is.
        meaning: &'static str,
        /// What was given.
        value: f64,
        /// The least that can be.
        least: f64,
        /// The most that can be.
        most: f64,
    },
    /// A word that names no codec of the E-model's table.
    #[error("{word}: not a codec of the table; give one of {known}")]
    UnknownCodec {
        /// What was given.
        word: String,
        /// All that are known.
        known: String,
    },
    /// A word that names no de-jitter buffer.
    #[error(
        "{word}: not a de-jitter buffer; give fixed-MS, adaptive or adaptive-MS-MS, such as fixed-60"
    )]
    InvalidBuffer {
        /// What was given.
        word: String,
    },
    /// More de-jitter buffers than are simulated at a time.
    #[error("{count} de-jitter buffers are too many; give at most {most}")]
    TooManyBuffers {
        /// How many were given.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A folder of prompts that holds none.
    #[error("{name}: holds no recordings; name a prompt, or a folder with prompts in it")]
    NoPrompts {
        /// The folder.
        name: String,
    },
    /// A way to fill gaps that does not exist.
    #[error("{word}: not a concealment; give silence, repeat, g711-appendix-1, codec or skip")]
    UnknownConcealment {
        /// The word.
        word: String,
    },
    /// A table of prompts beside recordings.
    #[error(
        "a table of prompts does not go with recordings; name the recordings in the table too, or leave it out"
    )]
    MixedPrompts,
    /// A file that is no capture of packets.
    #[error(
        "{name}: not a capture but {kind}; give pcap or pcapng, plain, .gz or .zst, or convert with editcap -F pcapng"
    )]
    UnknownCapture {
        /// File.
        name: String,
        /// What it is, as far as its first bytes tell.
        kind: &'static str,
    },
    /// A name of more bytes than the system takes.
    #[error("{name}: the name is too long for this system; shorten the folder or file names")]
    NameTooLong {
        /// File.
        name: String,
    },
    /// A name that does not say which format a table has.
    #[error(
        "{name}: the name does not say the format; let it end in .csv, .tsv, .jsonl or .parquet"
    )]
    UnknownTableFormat {
        /// File.
        name: String,
    },
    /// A table whose bytes break the rules of its format.
    #[error("{name}: {reason}; write the table again as UTF-8 text, or copy it again")]
    CorruptTable {
        /// File.
        name: String,
        /// What cannot be read.
        reason: String,
    },
    /// A table without a single row.
    #[error("{name}: it has no rows; give one for each recording")]
    EmptyTable {
        /// File.
        name: String,
    },
    /// A column that is needed or was asked for, and is not there.
    #[error(
        "{name}: it has no column {}, only {}; name one so, or choose among these",
        one_line(column),
        one_line(found)
    )]
    NoColumn {
        /// File, or the option that names columns.
        name: String,
        /// The column.
        column: String,
        /// Those that there are.
        found: String,
    },
    /// A page of a pair was asked for with what only a page of results can show.
    #[error(
        "{name}: a page of two recordings has no baseline, groups or pairs; name one table of results instead, or leave those options out"
    )]
    PairWithOptions {
        /// The two files.
        name: String,
    },
    /// A manifest without rows, or folders without recordings.
    #[error(
        "{name}: there is nothing to score in it; fill it, or say --allow-empty if that is right"
    )]
    NothingToScore {
        /// Manifest or folder.
        name: String,
    },
    /// Two columns of one name.
    #[error("{name}: two of its columns are called {column}; rename or remove one")]
    RepeatedColumn {
        /// File.
        name: String,
        /// Their name.
        column: String,
    },
    /// A column of a manifest that is called like one of the results.
    #[error("{name}: its column {column} is also one of the results; rename or remove it")]
    ReservedColumn {
        /// Manifest.
        name: String,
        /// The column.
        column: String,
    },
    /// Rows that are not told apart by the columns that should do so.
    #[error("{name}: two rows are both {key}; give --key the columns that tell rows apart")]
    AmbiguousRows {
        /// Results.
        name: String,
        /// What the two have in common.
        key: String,
    },
    /// Limits for comparisons that cannot be followed.
    #[error("{name}: {reason}")]
    InvalidLimits {
        /// File.
        name: String,
        /// What is wrong and where.
        reason: String,
    },
    /// A baseline that is not to be replaced by these results.
    #[error("{name}: the baseline stays as it is: {reason}")]
    NotUpdated {
        /// The baseline.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Scores of different models where only those of one can be set side by side.
    #[error("{name}: {reason}")]
    DifferentModels {
        /// Results.
        name: String,
        /// Which models, and how to part them.
        reason: String,
    },
    /// Ratings, or scores beside them, from which nothing can be evaluated.
    #[error("{name}: {reason}")]
    InvalidStudy {
        /// File.
        name: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A picture without anything in it.
    #[error("{name}: {reason}")]
    NothingToDraw {
        /// What the picture is of.
        name: String,
        /// What is missing and how to add it.
        reason: String,
    },
    /// Results without anything to compare them with.
    #[error("{name}: nothing to compare with; give a baseline before it, or --min")]
    NoBaseline {
        /// Results.
        name: String,
    },
    /// An output that is also an input, by whatever path.
    #[error("{name}: the results would replace it; give another name for them")]
    WouldReplaceInput {
        /// The input.
        name: String,
    },
    /// A place where no file can be written.
    #[error("{name}: is {kind}, and the output is to be a file; give the name of one")]
    NotAnOutput {
        /// The output.
        name: String,
        /// What is there.
        kind: &'static str,
    },
    /// An output whose name is that of a recording.
    #[error("{name}: has the name of a recording; give the output another one")]
    NamedLikeRecording {
        /// The output.
        name: String,
    },
    /// A picture in a format that is not written.
    #[error(
        "{name}: pictures are written as SVG; let the name end in .svg, and make a PNG of it with rsvg-convert -z 2 -o picture.png picture.svg"
    )]
    UnknownPictureFormat {
        /// The output.
        name: String,
    },
    /// A file that is not ours where one is needed beside an output.
    #[error(
        "{name}: is in the way, and no unfinished batch left it; move it, or choose another output"
    )]
    InTheWay {
        /// The file.
        name: String,
    },
    /// A folder without recordings.
    #[error(
        "{name}: no audio files (.wav, .flac, .opus and so on) are in it; name the folder of the degraded recordings"
    )]
    NoRecordings {
        /// Folder.
        name: String,
    },
    /// A pattern of file names that cannot be used.
    #[error("{pattern}: not a pattern ({reason}); write one like {{reference}}_{{codec}}.wav")]
    InvalidPattern {
        /// What was given.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A row of a table that cannot be used.
    #[error("{name}, row {row}: {reason}")]
    InvalidRow {
        /// File.
        name: String,
        /// The row, counted from 1 without the header.
        row: u64,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A row that leaves out a path.
    #[error("no {column} is given; fill in that cell of the manifest")]
    MissingPath {
        /// The column.
        column: &'static str,
    },
    /// A degraded recording of a folder that has no counterpart.
    #[error(
        "{degraded}: no reference belongs to it in {directory} ({looked_for}); name the two alike, or give a pattern with --match"
    )]
    NoReference {
        /// The degraded recording.
        degraded: String,
        /// Where references were looked for.
        directory: String,
        /// What was looked for, and what is there that is nearly that.
        looked_for: String,
    },
    /// A journal lies where a new run would put its own.
    #[error(
        "{name}: an unfinished run left it; continue that run with --resume, or delete the file"
    )]
    UnfinishedRun {
        /// The journal.
        name: String,
    },
    /// A journal of another manifest or other options.
    #[error(
        "{name}: belongs to another manifest, other options or another version; restore those, or delete the file to begin anew"
    )]
    ChangedRun {
        /// The journal.
        name: String,
    },
    /// A journal whose bytes are not those that were written.
    #[error(
        "{name}: damaged on the medium, or of another version; delete the file to score all rows anew"
    )]
    DamagedJournal {
        /// The journal.
        name: String,
    },
    /// A row whose scoring ended the program.
    #[error(
        "{name}: scoring it ended the program, by want of memory most likely; look at both recordings, or try it again with --resume --retry-failed while the batch is unfinished"
    )]
    KilledTheProgram {
        /// The degraded recording.
        name: String,
    },
    /// Another process is writing the same results.
    #[error("{name}: another run is writing it; wait for that run, or choose another output")]
    InUse {
        /// The output.
        name: String,
    },
    /// Results that could not be written.
    #[error(
        "{name}: cannot be written ({source}); make room or choose another place; a batch goes on with --resume"
    )]
    Unwritable {
        /// The output.
        name: String,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A store of calls that cannot be used.
    #[error("{name}: {reason}")]
    Store {
        /// The store.
        name: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// Settings, a mapping or alert rules that cannot be used.
    #[error("{name}: {reason}")]
    InvalidSettings {
        /// File.
        name: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A question to a history that cannot be answered.
    #[error("{given}: {reason}")]
    InvalidQuestion {
        /// What was given.
        given: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// Alerts that did not reach whom they are for.
    #[error("{target}: alerts were not taken ({reason}); they are sent again by the next check")]
    Undelivered {
        /// The address.
        target: String,
        /// What went wrong.
        reason: String,
    },
    /// An address at which nothing can be served.
    #[error("{address}: {reason}")]
    NotServed {
        /// The address.
        address: String,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A defect of this program, met while it scored a pair.
    #[error(
        "{name}: scoring stopped at a defect of basilar ({reason}); please report it with both recordings"
    )]
    Defect {
        /// The degraded recording.
        name: String,
        /// What the defect said.
        reason: String,
    },
}

impl Error {
    /// A word for the kind of error that stays the same between versions, such as `not_found`.
    pub fn kind(&self) -> &'static str {
        self.into()
    }

    /// The operating system's error on opening or reading `name`.
    pub(crate) fn from_io(name: &str, source: io::Error) -> Self {
        let name = name.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { name },
            io::ErrorKind::IsADirectory => Self::IsDirectory { name },
            io::ErrorKind::PermissionDenied => Self::PermissionDenied { name },
            io::ErrorKind::InvalidFilename => Self::NameTooLong { name },
            _ => Self::Unreadable { name, source },
        }
    }

    /// `name` breaks a rule of its format.
    pub(crate) fn corrupt(name: &str, reason: impl ToString) -> Self {
        Self::Corrupt { name: name.to_owned(), reason: reason.to_string() }
    }
}

/// The command that converts a file of any coding.
fn conversion(name: &str) -> String {
    let plain = |x: char| x.is_ascii_alphanumeric() || "-_./+,@%".contains(x);
    let quoted = match name.starts_with('-') || !name.chars().all(plain) {
        // A quote ends the quoted part, stands escaped, and begins the next.
        true => format!("'{}'", name.replace('\'', r"'\''")),
        false => name.to_owned(),
    };
    format!("ffmpeg -i {quoted} -c:a pcm_s16le converted.wav")
}

/// A result with basilar's error.
pub type Result<T> = std::result::Result<T, Error>;

/// What a table holds, as part of a sentence: without line breaks and escape sequences.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_break_no_line() {
        let [name, column, found] =
            ["a.csv", "co\ndec", "r\r\nference, mos\u{1b}[31m"].map(String::from);
        let sentence = Error::NoColumn { name, column, found }.to_string();
        assert!(!sentence.contains(char::is_control), "{sentence:?}");
    }
}

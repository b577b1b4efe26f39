//! `basilar emodel`: the E-model as a calculator.

use super::{Exit, Result, data, output, say_error, say_warning};
use basilar::network::emodel::{self, Codec, Codecs, Inputs, PARAMETERS, Scale};
use basilar::report;
use clap::{Arg, ArgMatches, Command, FromArgMatches, value_parser};
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Reckons what losses, delays, noises and a codec mean to users (E-model, G.107)
///
/// The sum of terms that make R is printed with what each of them costs. Without options it is the reference
/// connection. MOS on one scale is never comparable with MOS on another.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  basilar emodel --codec g711-plc --loss 2 --delay 180
  basilar emodel --codec amr-wb-12.65 --loss 1 --burst-ratio 1.5 --json
  basilar emodel --mos 3.6                 the R that stands for a MOS
  basilar emodel --codecs                  the table of codecs, with sources and confidence")]
pub struct Arguments {
    /// The codec, by its name in the table; sets Ie, Bpl and the scale.
    #[arg(long, value_name = "NAME")]
    codec: Option<String>,
    /// The scale; that of the codec, or narrowband, by default.
    #[arg(long)]
    scale: Option<ScaleName>,
    /// One-way delay from mouth to ear in ms: Ta.
    #[arg(long, value_name = "MS", conflicts_with = "ta")]
    delay: Option<f64>,
    /// The echo comes back over the same path: T = Ta and Tr = 2 Ta. Without it, connections are free of echo.
    #[arg(long, conflicts_with_all = ["t", "tr"])]
    echo: bool,
    /// Values of codecs from a file like models/emodel-codecs.json.
    #[arg(long, value_name = "FILE.json")]
    codec_values: Option<PathBuf>,
    /// Print the table of codecs instead.
    #[arg(long)]
    codecs: bool,
    /// Print the R that stands for this MOS instead.
    #[arg(long, value_name = "MOS", allow_negative_numbers = true)]
    mos: Option<f64>,
    /// Print one JSON object (schema basilar-emodel/1).
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    given: Given,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ScaleName {
    #[value(alias = "narrowband")]
    Nb,
    #[value(alias = "wideband")]
    Wb,
    #[value(alias = "fullband")]
    Fb,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Nb => Self::Narrowband,
            ScaleName::Wb => Self::Wideband,
            ScaleName::Fb => Self::Fullband,
        }
    }
}

/// The inputs of the Recommendations, an option each.
#[derive(Debug)]
struct Given(Vec<Option<f64>>);

impl clap::Args for Given {
    fn augment_args(mut command: Command) -> Command {
        for parameter in PARAMETERS {
            let name = match parameter.field {
                "burst_ratio" => "burst-ratio",
                field => field,
            };
            let unit = if parameter.unit.is_empty() {
                String::new()
            } else {
                format!(" in {}", parameter.unit)
            };
            let (least, most) = (parameter.range.start(), parameter.range.end());
            let help = format!(
                "{}: {}{unit}; {} by default, {least} to {most}",
                parameter.symbol, parameter.meaning, parameter.default
            );
            let mut argument = Arg::new(parameter.field)
                .long(name)
                .value_name("N")
                .value_parser(value_parser!(f64))
                .allow_negative_numbers(true)
                .help(help)
                .help_heading("Inputs of the E-model");
            if parameter.field == "ppl" {
                argument = argument.visible_alias("loss");
            }
            command = command.arg(argument);
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let value = |field| matches.get_one::<f64>(field).copied();
        Ok(Self(PARAMETERS.iter().map(|parameter| value(parameter.field)).collect()))
    }

    fn update_from_arg_matches(
        &mut self,
        matches: &ArgMatches,
    ) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// 0 done, 2 inputs that cannot be.
pub fn run(arguments: &Arguments) -> Result<Exit> {
    let codecs = codecs(arguments.codec_values.as_deref())?;
    let codec = arguments.codec.as_deref().map(|name| codecs.find(name)).transpose()?;
    let scale = arguments.scale.map(Scale::from);
    let scale = scale.or(codec.map(|codec| codec.scale)).unwrap_or(Scale::Narrowband);
    if arguments.codecs {
        return print(arguments, |mut out| {
            report::emodel::codecs(&mut out, &codecs, arguments.json)
        });
    }
    if let Some(mos) = arguments.mos {
        return inverse(arguments, scale, mos);
    }
    let inputs = inputs(arguments, codec);
    let rating = inputs.rate(scale)?;
    let mut warnings: Vec<_> = rating.remarks.iter().map(ToString::to_string).collect();
    if let Some(codec) = codec {
        warnings.extend(codec.remarks(inputs.ppl > 0.0));
        if codec.scale != scale {
            warnings.push(format!(
                "the values of {} were found on the {} scale, not the {scale} one",
                codec.name, codec.scale
            ));
        }
    }
    warnings.iter().for_each(say_warning);
    print(arguments, |mut out| {
        if arguments.json {
            report::emodel::json(&mut out, &rating, &inputs, codec, &warnings)
        } else {
            report::emodel::text(&mut out, &rating, &inputs, codec)
        }
    })
}

/// The table of codecs that is compiled in, or that of a file.
pub(super) fn codecs(path: Option<&Path>) -> basilar::Result<Cow<'static, Codecs>> {
    let Some(path) = path else { return Ok(Cow::Borrowed(Codecs::built_in())) };
    Codecs::open(path).map(Cow::Owned)
}

fn inputs(arguments: &Arguments, codec: Option<&Codec>) -> Inputs {
    let mut inputs = codec.map_or_else(Inputs::default, Codec::inputs);
    inputs.ta = arguments.delay.unwrap_or(inputs.ta);
    for (parameter, given) in PARAMETERS.iter().zip(&arguments.given.0) {
        if let Some(value) = given {
            parameter.set(&mut inputs, *value);
        }
    }
    if arguments.echo {
        (inputs.t, inputs.tr) = (inputs.ta, 2.0 * inputs.ta);
    }
    inputs
}

fn inverse(arguments: &Arguments, scale: Scale, mos: f64) -> Result<Exit> {
    if !(1.0..=4.5).contains(&mos) {
        say_error(format!("{mos}: not a MOS of the E-model; give 1 to 4.5"));
        return Ok(Exit::WrongUsage);
    }
    let r = emodel::r_of_mos(mos) * scale.stretch();
    print(arguments, |mut out| report::emodel::inverse(&mut out, scale, mos, r, arguments.json))
}

fn print(
    arguments: &Arguments,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<Exit> {
    let mut out: Box<dyn Write> =
        if arguments.json { Box::new(data()) } else { Box::new(output()) };
    write(&mut out)?;
    out.flush()?;
    Ok(Exit::Done)
}

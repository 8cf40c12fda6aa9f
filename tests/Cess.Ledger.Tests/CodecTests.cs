using System.Collections;
using Cess.Ledger.Blocks;
using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Accounts;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Chain;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Governance;
using Cess.Ledger.Modules.Miners;
using Cess.Ledger.Modules.Staking;
using Cess.Ledger.Transactions;
using Cess.Primitives;
using FsCheck;
using FsCheck.Fluent;

namespace Cess.Ledger.Tests;

public sealed class CodecTests
{
    public static TheoryData<string> CallNames => [.. Samples.Calls.Select(c => c.Name)];

    public static TheoryData<string> EventNames => [.. Samples.Events.Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(CallNames))]
    public void A_call_is_read_as_it_was_written(string name)
    {
        Call call = Samples.Calls.Single(c => c.Name == name).Call;
        byte[] bytes = Scale.Encode(call);
        Call read = Scale.Decode<Call>(bytes);
        Assert.Equal(call.GetType(), read.GetType());
        Assert.Equal(bytes, Scale.Encode(read));
        Assert.Equal((byte)call.Module, bytes[0]);
    }

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_is_read_as_it_was_written(string name)
    {
        LedgerEvent value = Samples.Events.Single(e => e.Name == name).Event;
        byte[] bytes = Scale.Encode(value);
        LedgerEvent read = Scale.Decode<LedgerEvent>(bytes);
        Assert.Equal(value.GetType(), read.GetType());
        Assert.Equal(bytes, Scale.Encode(read));
        Assert.Equal(value.Subjects, read.Subjects);
        Assert.Equal(value.Subjects.Count(), value.Subjects.Distinct().Count());
        Assert.NotEmpty(value.Subjects);
    }

    [Theory]
    [MemberData(nameof(EventNames))]
    public void An_event_names_the_accounts_among_its_fields_and_no_others(string name)
    {
        LedgerEvent value = Samples.Events.Single(e => e.Name == name).Event;
        HashSet<AccountId> fields = [.. value.GetType().GetProperties()
            .Where(property => property.Name != nameof(LedgerEvent.Accounts) && property.GetIndexParameters().Length == 0)
            .SelectMany(property => AccountsIn(property.GetValue(value)))];
        Assert.Equal(fields, value.Accounts.ToHashSet());
        Assert.Equal(value.Accounts.Length, fields.Count);
        Assert.Equal(
            value.Accounts.Select(Subject.Of).ToHashSet(), value.Subjects.Where(subject => subject.Kind == SubjectKind.Account).ToHashSet());

        // An account within a value that is no ledger type, list or account would be missed: there is none.
        static IEnumerable<AccountId> AccountsIn(object? field) => field switch
        {
            AccountId account => [account],
            string => [],
            IEnumerable several => several.Cast<object?>().SelectMany(AccountsIn),
            not null when field.GetType() is { IsEnum: false } type && type.Assembly == typeof(LedgerEvent).Assembly =>
                type.GetProperties().SelectMany(property => AccountsIn(property.GetValue(field))),
            _ => [],
        };
    }

    [Fact]
    public void An_event_between_an_account_and_itself_names_it_once()
    {
        AccountId account = Samples.Alice.Id;
        Assert.Equal(account, Assert.Single(new Transferred(account, account, Balance.OneToken).Accounts));
        Assert.Equal(account, Assert.Single(new Nominated(account, account, Balance.OneToken, 1).Accounts));
        Assert.Equal(account, Assert.Single(new NominationLeft(account, account, Balance.OneToken, 1).Accounts));
    }

    [Fact]
    public void There_is_a_sample_of_every_call_and_every_event()
    {
        Assert.Equal(Sealed<Call>(), Samples.Calls.Select(c => c.Call.GetType()).ToHashSet());
        Assert.Equal(Sealed<LedgerEvent>(), Samples.Events.Select(e => e.Event.GetType()).ToHashSet());

        static HashSet<Type> Sealed<T>() =>
            [.. typeof(T).Assembly.GetTypes().Where(t => t.IsSealed && t.IsAssignableTo(typeof(T)))];
    }

    [Fact]
    public void Records_of_blocks_and_state_are_read_as_they_were_written()
    {
        RoundTrip<BlockRecord>(Scale.Encode(Samples.Record));
        RoundTrip<Genesis>(Scale.Encode(Samples.Genesis));
        RoundTrip<EraHandover>(Scale.Encode(Samples.Handover));
        RoundTrip<FinalityProof>(Scale.Encode(Samples.Finality));
        RoundTrip<RecordsProof>(Scale.Encode(Samples.RecordsProof));
        RoundTrip<TransactionProof>(Scale.Encode(Samples.TransactionProof));
        RoundTrip<StartEventsProof>(Scale.Encode(Samples.StartEventsProof));
        RoundTrip<ChainParameters>(State("parameters"));
        RoundTrip<ValidatorSet>(State("validators"));
        RoundTrip<AccountRecord>(State("account"));
        RoundTrip<MinerRecord>(State("miner"));
        RoundTrip<EraRecord>(State("era"));
        RoundTrip<ProposalRecord>(State("proposal"));
        RoundTrip<TokenSupply>(State("supply"));
        RoundTrip<StakeRecord>(State("stake"));
        RoundTrip<ValidatorRecord>(State("validator"));
        RoundTrip<EraMembers>(State("members"));
        RoundTrip<NominationRecord>(State("nomination"));
        RoundTrip<DelegateRecord>(State("delegate"));
        RoundTrip<BucketRecord>(State("bucket"));
        RoundTrip<ObjectEntry>(State("object"));
        RoundTrip<FileRecord>(State("file"));
        RoundTrip<DealRecord>(State("deal"));

        static byte[] State(string name) => Samples.StateValues.Single(v => v.Name == name).Bytes;

        static void RoundTrip<T>(byte[] bytes)
            where T : IScaleValue<T> => Assert.Equal(bytes, Scale.Encode(Scale.Decode<T>(bytes)));
    }

    [Fact]
    public void Bytes_that_somebody_changed_are_refused_or_mean_something_else_and_never_crash()
    {
        Gen<(int Sample, int Position, byte Value, int Cut)> changes =
            from sample in Gen.Choose(0, Samples.AllEncodings.Length - 1)
            from position in Gen.Choose(0, Samples.AllEncodings[sample].Length - 1)
            from value in Gen.Choose(0, 255)
            from cut in Gen.Choose(0, 3)
            select (sample, position, (byte)value, cut);

        Prop.ForAll(changes.ToArbitrary(), change =>
        {
            byte[] bytes = [.. Samples.AllEncodings[change.Sample]];
            bytes[change.Position] = change.Value;
            if (change.Cut == 0)
                bytes = bytes[..change.Position];
            SameOrRefused<Call>(bytes);
            SameOrRefused<LedgerEvent>(bytes);
            SameOrRefused<BlockRecord>(bytes);
            SameOrRefused<Genesis>(bytes);
            SameOrRefused<EraHandover>(bytes);
            SameOrRefused<RecordsProof>(bytes);
            SameOrRefused<TransactionProof>(bytes);
            SameOrRefused<StartEventsProof>(bytes);
            if (SignedTransaction.TryDecode(bytes, out SignedTransaction? transaction, out LedgerError error))
                Assert.Equal(bytes, transaction.Bytes.ToArray());
            else
                Assert.Equal(ChainError.TransactionMalformed, error);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

        static void SameOrRefused<T>(byte[] bytes)
            where T : IScaleValue<T>
        {
            // One value has one encoding: whatever is accepted is written as the very same bytes.
            if (Scale.TryDecode<T>(bytes, out T? value, out _))
                Assert.Equal(bytes, Scale.Encode(value));
        }
    }

    [Fact]
    public void Random_bytes_are_refused_without_taking_memory_for_what_they_claim()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            Scale.TryDecode<Call>(bytes, out _, out _);
            Scale.TryDecode<BlockRecord>(bytes, out _, out _);
        }).QuickCheckThrowOnFailure();

        // A file with four billion parts, in a few bytes.
        byte[] declaration = Scale.Encode<Call>(new DeclareFile(Samples.Declaration with { Parts = [] }, DeclareCondition.None));
        byte[] lie = [.. declaration[..^2], 0x03, 0xff, 0xff, 0xff, 0xff];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ScaleException>(() => Scale.Decode<Call>(lie));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Fields_beyond_their_bounds_are_refused()
    {
        Refused(new CreateBucket(new string('a', 64), new byte[1]));
        Refused(new CreateBucket("photos", new byte[LedgerLimits.WrappedBucketKeyBytesMax + 1]));
        Refused(new UpdateEndpoint(new string('x', LedgerLimits.EndpointBytesMax + 1)));
        Refused(Declare(Samples.Declaration with { EncryptedName = new byte[LedgerLimits.EncryptedNameBytesMax + 1] }));
        Refused(Declare(Samples.Declaration with { WrappedFileKey = new byte[LedgerLimits.WrappedFileKeyBytesMax + 1] }));
        Refused(Declare(Samples.Declaration with { EncryptedMetadata = new byte[LedgerLimits.EncryptedMetadataBytesMax + 1] }));
        Refused(Declare(Samples.Declaration with
        {
            Parts = [.. Enumerable.Repeat(Samples.Declaration.Parts[0] with { Segments = [] }, LedgerLimits.PartsMax + 1)],
        }));
        Refused(new ReportTransfer([.. Enumerable.Repeat(Samples.File(1), LedgerLimits.ReportFilesMax + 1)]));
        Refused(new DeleteFiles([.. Enumerable.Repeat(Samples.File(1), LedgerLimits.DeleteFilesMax + 1)]));

        static DeclareFile Declare(FileDeclaration declaration) => new(declaration, DeclareCondition.None);

        static void Refused(Call call)
        {
            byte[] bytes = Scale.Encode(call);
            Assert.False(Scale.TryDecode<Call>(bytes, out _, out ScaleError error));
            Assert.Contains(error, new[] { ScaleError.TooLong, ScaleError.TooMany });
        }
    }

    [Fact]
    public void Every_error_of_every_module_is_in_the_catalogue()
    {
        Check<ChainError>(e => e);
        Check<BalancesError>(e => e);
        Check<MinersError>(e => e);
        Check<FilesError>(e => e);
        Check<AccountsError>(e => e);
        Check<StakingError>(e => e);
        Check<GovernanceError>(e => e);
        Assert.Equal("Unknown", new LedgerError(ModuleId.Files, 60_000).Info.Name);

        static void Check<T>(Func<T, LedgerError> toError)
            where T : struct, Enum
        {
            foreach (T value in Enum.GetValues<T>())
            {
                LedgerError error = toError(value);
                Assert.True(LedgerError.Catalogue.TryGetValue(error, out ErrorInfo? info), value.ToString());
                Assert.Equal(value.ToString(), info.Name);
                Assert.EndsWith(".", info.Text, StringComparison.Ordinal);
                Assert.Equal(error, Scale.Decode<LedgerError>(Scale.Encode(error)));
            }

            Assert.Equal(
                Enum.GetValues<T>().Length,
                LedgerError.Catalogue.Keys.Count(e => e.Module == toError(default).Module));
        }
    }
}

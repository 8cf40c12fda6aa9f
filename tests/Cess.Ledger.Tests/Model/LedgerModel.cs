using Cess.Ledger.Modules;
using Cess.Ledger.Modules.Balances;
using Cess.Ledger.Modules.Files;
using Cess.Ledger.Modules.Miners;
using Cess.Primitives;

namespace Cess.Ledger.Tests.Model;

public sealed class ModelAccount
{
    public UInt128 Free { get; set; }

    public UInt128 Reserved { get; set; }

    public ulong Nonce { get; set; }
}

public sealed class ModelMiner
{
    public required AccountId Account { get; init; }

    public required AccountId Beneficiary { get; set; }

    public required string Endpoint { get; set; }

    public UInt128 Stake { get; set; }

    public ulong Declared { get; set; }
}

public sealed class ModelFile
{
    public required AccountId Owner { get; init; }

    public required string Bucket { get; init; }

    public required Hash256 Tag { get; init; }

    public required DeclareCondition Condition { get; init; }

    public required ulong Deadline { get; init; }

    public required ulong PlainLength { get; init; }

    /// <summary>One entry a fragment: its segment, its miner, its bytes.</summary>
    public required List<(int Segment, uint Miner, ulong Bytes)> Fragments { get; set; }

    public HashSet<uint> Reported { get; } = [];

    public bool IsActive { get; set; }

    public IEnumerable<uint> Miners => Fragments.Select(f => f.Miner).Distinct();

    public bool IsComplete => Miners.All(Reported.Contains);

    public ulong BytesOf(uint miner) => Fragments.Where(f => f.Miner == miner).Aggregate(0ul, (sum, f) => sum + f.Bytes);
}

/// <summary>
/// The rules written down a second time, in the plainest way: space and counts are never kept, but summed over all files
/// whenever they are asked for. Says whether a call succeeds, and has the state after it.
/// </summary>
public sealed class LedgerModel(uint deadlineBlocks, UInt128 stakePerTebibyte)
{
    public Dictionary<AccountId, ModelAccount> Accounts { get; } = [];

    public List<ModelMiner> Miners { get; } = [];

    public Dictionary<string, AccountId> Buckets { get; } = [];

    public Dictionary<FileId, ModelFile> Files { get; } = [];

    public ModelAccount Account(AccountId id) => Accounts.TryGetValue(id, out ModelAccount? account) ? account : Accounts[id] = new();

    public ulong Reserved(uint miner) => Sum(Files.Values.Where(f => !f.IsActive), miner);

    public ulong Used(uint miner) => Sum(Files.Values.Where(f => f.IsActive), miner);

    public FileId? Current(string bucket, Hash256 tag)
    {
        foreach ((FileId id, ModelFile file) in Files)
        {
            if (file.IsActive && file.Bucket == bucket && file.Tag == tag)
                return id;
        }

        return null;
    }

    public void BeginBlock(ulong height)
    {
        foreach (FileId id in Files.Where(f => !f.Value.IsActive && f.Value.Deadline <= height).Select(f => f.Key).ToList())
            Files.Remove(id);
    }

    public bool Apply(AccountId sender, Hash256 transactionId, ulong height, Call call) => call switch
    {
        Transfer c => Apply(sender, c),
        RegisterMiner c => Apply(sender, c),
        AddStake c => MinerOf(sender) is { } miner && !c.Amount.IsZero && Stake(sender, miner, c.Amount.Units),
        DeclareSpace c => Apply(sender, c),
        UpdateEndpoint c => MinerOf(sender) is { } miner && c.Endpoint != "" && Then(() => miner.Endpoint = c.Endpoint),
        UpdateBeneficiary c => MinerOf(sender) is { } miner && Then(() => miner.Beneficiary = c.Beneficiary),
        CreateBucket c => BucketNames.IsValid(c.Name) && Buckets.TryAdd(c.Name, sender),
        DeleteBucket c => Owns(sender, c.Name) && Files.Values.All(f => f.Bucket != c.Name) && Buckets.Remove(c.Name),
        DeclareFile c => Apply(sender, transactionId, height, c),
        ReportTransfer c => Apply(sender, height, c),
        ReassignFragments c => Apply(sender, height, c),
        CancelDeal c => Files.TryGetValue(c.File, out ModelFile? file) && !file.IsActive && file.Owner == sender && Files.Remove(c.File),
        DeleteFiles c => Then(() => Delete(sender, c)),
        _ => throw new NotSupportedException(),
    };

    private bool Apply(AccountId sender, Transfer call)
    {
        if (call.Amount.IsZero || Account(sender).Free < call.Amount.Units)
            return false;
        Account(sender).Free -= call.Amount.Units;
        Account(call.To).Free += call.Amount.Units;
        return true;
    }

    private bool Apply(AccountId sender, RegisterMiner call)
    {
        if (MinerOf(sender) is not null || call.Endpoint == "")
            return false;
        ModelMiner miner = new() { Account = sender, Beneficiary = call.Beneficiary, Endpoint = call.Endpoint };
        if (!Stake(sender, miner, call.Stake.Units))
            return false;
        Miners.Add(miner);
        return true;
    }

    private bool Apply(AccountId sender, DeclareSpace call)
    {
        if (MinerOf(sender) is not { } miner)
            return false;
        uint id = (uint)Miners.IndexOf(miner);
        UInt128 tebibytes = ((UInt128)call.Bytes + (1ul << 40) - 1) >> 40;
        if (call.Bytes < Reserved(id) + Used(id) || miner.Stake < tebibytes * stakePerTebibyte)
            return false;
        miner.Declared = call.Bytes;
        return true;
    }

    private bool Apply(AccountId sender, Hash256 transactionId, ulong height, DeclareFile call)
    {
        FileDeclaration declared = call.File;
        int k = declared.Policy.DataFragments;
        FileSegment[] segments = [.. declared.Parts.SelectMany(p => p.Segments)];
        List<(int Segment, uint Miner, ulong Bytes)> fragments =
            [.. segments.SelectMany((s, i) => s.Fragments.Select(f => (i, f.Miner.Value, (s.Length + (ulong)k - 1) / (ulong)k)))];
        ModelFile file = new()
        {
            Owner = sender,
            Bucket = declared.Bucket,
            Tag = declared.NameTag,
            Condition = call.Condition,
            Deadline = height + deadlineBlocks,
            PlainLength = declared.Parts.Aggregate(0ul, (sum, p) => sum + p.PlainLength),
            Fragments = fragments,
        };

        bool isAllowed = Owns(sender, declared.Bucket)
            && segments.All(s => s.Fragments.Length == k + declared.Policy.ParityFragments)
            && segments.All(s => s.Fragments.Select(f => f.Miner).Distinct().Count() == s.Fragments.Length)
            && Holds(call.Condition, Current(declared.Bucket, declared.NameTag))
            && file.Miners.All(m => m < Miners.Count && Free(m) >= file.BytesOf(m));
        if (!isAllowed)
            return false;

        Files.Add(new FileId(transactionId), file);
        if (file.IsComplete)
            Complete(new FileId(transactionId), file);
        return true;
    }

    private bool Apply(AccountId sender, ulong height, ReportTransfer call)
    {
        if (MinerOf(sender) is not { } miner)
            return false;

        uint id = (uint)Miners.IndexOf(miner);
        foreach (FileId fileId in call.Files)
        {
            if (!Files.TryGetValue(fileId, out ModelFile? file) || file.IsActive || file.Deadline <= height || !file.Miners.Contains(id))
                continue;
            file.Reported.Add(id);
            if (file.IsComplete)
                Complete(fileId, file);
        }

        return true;
    }

    private bool Apply(AccountId sender, ulong height, ReassignFragments call)
    {
        (uint from, uint to) = (call.From.Value, call.To.Value);
        if (!Files.TryGetValue(call.File, out ModelFile? file) || file.IsActive || file.Owner != sender || file.Deadline <= height)
            return false;
        if (!file.Miners.Contains(from) || file.Reported.Contains(from) || to >= Miners.Count)
            return false;
        HashSet<int> segments = [.. file.Fragments.Where(f => f.Miner == from).Select(f => f.Segment)];
        if (file.Fragments.Any(f => f.Miner == to && segments.Contains(f.Segment)) || Free(to) < file.BytesOf(from))
            return false;

        file.Fragments = [.. file.Fragments.Select(f => f.Miner == from ? f with { Miner = to } : f)];
        file.Reported.Remove(to);
        return true;
    }

    private void Delete(AccountId sender, DeleteFiles call)
    {
        foreach (FileId id in call.Files)
        {
            if (Files.TryGetValue(id, out ModelFile? file) && file.IsActive && file.Owner == sender)
                Files.Remove(id);
        }
    }

    private void Complete(FileId id, ModelFile file)
    {
        FileId? current = Current(file.Bucket, file.Tag);
        bool isTooLate = file.Condition.Kind == DeclareConditionKind.None
            && current is { } newer && Files[newer].Deadline > file.Deadline;
        if (isTooLate || !Holds(file.Condition, current))
        {
            Files.Remove(id);
            return;
        }

        if (current is { } old)
            Files.Remove(old);
        file.IsActive = true;
    }

    private bool Stake(AccountId account, ModelMiner miner, UInt128 units)
    {
        if (Account(account).Free < units)
            return false;
        Account(account).Free -= units;
        Account(account).Reserved += units;
        miner.Stake += units;
        return true;
    }

    private ulong Free(uint miner) => Miners[(int)miner].Declared - Reserved(miner) - Used(miner);

    private ModelMiner? MinerOf(AccountId account) => Miners.Find(m => m.Account == account);

    private bool Owns(AccountId account, string bucket) => Buckets.TryGetValue(bucket, out AccountId owner) && owner == account;

    private static bool Holds(DeclareCondition condition, FileId? current) => condition.Kind switch
    {
        DeclareConditionKind.None => true,
        DeclareConditionKind.OnlyIfAbsent => current is null,
        _ => current == condition.Current,
    };

    private static ulong Sum(IEnumerable<ModelFile> files, uint miner) => files.Aggregate(0ul, (sum, f) => sum + f.BytesOf(miner));

    private static bool Then(Action action)
    {
        action();
        return true;
    }
}
